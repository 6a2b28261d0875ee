using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Azure;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

public sealed class AzureLocationTests
{
    [Theory]
    [InlineData(
        "https://acme.blob.core.windows.net/backups/prod/one",
        "https://acme.blob.core.windows.net/",
        "acme",
        "backups",
        "prod/one/",
        null
    )]
    [InlineData(
        "https://acme.blob.core.windows.net/backups",
        "https://acme.blob.core.windows.net/",
        "acme",
        "backups",
        "",
        null
    )]
    [InlineData(
        "https://acme.blob.core.windows.net/backups/p/?sv=1&sig=a%3D",
        "https://acme.blob.core.windows.net/",
        "acme",
        "backups",
        "p/",
        "sv=1&sig=a%3D"
    )]
    [InlineData(
        "http://127.0.0.1:10000/devstoreaccount1/backups/a%20b",
        "http://127.0.0.1:10000/devstoreaccount1",
        "devstoreaccount1",
        "backups",
        "a b/",
        null
    )]
    [InlineData(
        "http://azurite/devstoreaccount1/backups",
        "http://azurite/devstoreaccount1",
        "devstoreaccount1",
        "backups",
        "",
        null
    )]
    public void A_URL_gives_account_container_prefix_and_signature(
        string url,
        string service,
        string account,
        string container,
        string prefix,
        string? sas
    )
    {
        AzureLocation location = AzureLocation.Parse(url);
        Assert.Equal(
            (service, account, container, prefix, sas),
            (
                location.Service.AbsoluteUri,
                location.Account,
                location.Container,
                location.Prefix,
                location.Sas?.Reveal()
            )
        );
        Assert.DoesNotContain('?', location.Shown);
    }

    [Theory]
    [InlineData("backups/prod")]
    [InlineData("ftp://acme/backups")]
    [InlineData("https://acme.blob.core.windows.net/?sv=1&sig=hidden")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1")]
    [InlineData("https://user:hidden@acme.blob.core.windows.net/backups")]
    public void A_URL_that_names_no_container_is_refused_without_its_secrets(string url)
    {
        PermanentException e = Assert.Throws<PermanentException>(() => AzureLocation.Parse(url));
        Assert.Equal(ErrorKind.Configuration, e.Kind);
        Assert.Contains("repository.url", e.Message);
        Assert.DoesNotContain("hidden", e.Message);
    }

    [Theory]
    [InlineData("no connection string", "holds no storage connection string")]
    [InlineData(
        "DefaultEndpointsProtocol=https;AccountName=other;AccountKey=aGlkZGVu;EndpointSuffix=core.windows.net",
        "'other'"
    )]
    public void A_connection_string_that_is_none_or_another_account_s_is_refused_and_not_shown(
        string connectionString,
        string says
    )
    {
        PermanentException e = Assert.Throws<PermanentException>(() =>
            Open("https://acme.blob.core.windows.net/backups", new Secret(connectionString))
        );
        Assert.Equal(ErrorKind.Configuration, e.Kind);
        Assert.Contains(says, e.Message);
        Assert.DoesNotContain("aGlkZGVu", e.ToString());
    }

    [Fact]
    public void An_identity_is_not_sent_over_plain_http() =>
        Assert.Throws<PermanentException>(() => Open("http://127.0.0.1:10000/devstoreaccount1/backups", null));

    [Theory]
    [InlineData("https://acme.blob.core.windows.net/backups/", "https://acme.blob.core.windows.net/backups/control")]
    [InlineData(
        "https://acme.blob.core.windows.net/backups/p?sig=x",
        "https://acme.blob.core.windows.net/backups/p/control?sig=x"
    )]
    public void A_store_below_another_keeps_the_signature(string url, string below) =>
        Assert.Equal(below, AzureStoreProvider.Below(url, "control"));

    private static IBlobStore Open(string url, Secret? connectionString) =>
        new AzureStoreProvider().Open(url, connectionString, TimeProvider.System);

    [Fact]
    public void A_connection_string_may_hold_a_signature()
    {
        const string Url = "https://acme.blob.core.windows.net/c/p";
        var signed = new Secret("BlobEndpoint=https://acme.blob.core.windows.net;SharedAccessSignature=sv=1&sig=a%3D");

        Assert.Equal(Url, new AzureStoreProvider().Open(Url, signed, TimeProvider.System).Location);
    }
}
