using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Storage.Directories;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Stores;

public sealed class StoreProvidersTests
{
    [Theory]
    [InlineData("file:///srv/backup", typeof(DirectoryStoreProvider))]
    [InlineData("FILE:///srv/backup", typeof(DirectoryStoreProvider))]
    [InlineData("https://acme.blob.core.windows.net/backups", typeof(AzureStoreProvider))]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/backups", typeof(AzureStoreProvider))]
    public void The_scheme_of_a_URL_names_its_store(string url, Type provider)
    {
        Assert.IsType(provider, StoreProviders.Of(url));
        Assert.Null(StoreProviders.FaultOf(url));
    }

    [Fact]
    public void An_unknown_scheme_is_told_the_known_ones()
    {
        const string Fault =
            "'sftp://[secret]@host/x' does not fit: no store has the scheme sftp, only https, http, file; "
            + "write https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX or file:///path";

        Assert.Equal(Fault, StoreProviders.FaultOf("sftp://user:hidden@host/x?sig=hidden"));
        PermanentException e = Assert.Throws<PermanentException>(() =>
            StoreProviders.Of("sftp://user:hidden@host/x?sig=hidden")
        );
        Assert.Equal((ErrorKind.Configuration, "repository.url " + Fault), (e.Kind, e.Message));
    }

    [Theory]
    [InlineData("srv/backup", "'srv/backup' does not fit: write ")]
    [InlineData("file:srv/backup", "'file:srv/backup' does not fit: write ")]
    [InlineData("file://host/share", "'file://host/share' names no directory: write file:///path, with three slashes")]
    [InlineData(
        " file:///srv/backup",
        "' file:///srv/backup' names no directory: write file:///path, with three slashes"
    )]
    [InlineData("file:///", "'file:///' names no directory: write file:///path, with three slashes")]
    [InlineData(
        "https://acme.blob.core.windows.net/?sig=hidden",
        "'https://acme.blob.core.windows.net/' names no container: write "
    )]
    [InlineData(
        "https://user:hidden@acme.blob.core.windows.net/backups",
        "'https://[secret]@acme.blob.core.windows.net/backups' holds a user or password"
    )]
    public void A_URL_that_names_no_store_is_told_how_to_write_it(string url, string fault)
    {
        string told = Assert.IsType<string>(StoreProviders.FaultOf(url));
        Assert.StartsWith(fault, told, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=hidden==;EndpointSuffix=core.windows.net")]
    [InlineData("BlobEndpoint=https://acme.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=hidden")]
    [InlineData("hiddenhidden==")]
    [InlineData("ftp://acme/backups;AccountKey=hidden")]
    public void A_secret_that_was_pasted_in_the_place_of_a_URL_is_not_shown(string pasted)
    {
        string fault = StoreProviders.FaultOf(pasted)!;

        Assert.DoesNotContain("hidden", fault);
        Assert.Contains("repository.connectionStringFile", fault);
    }
}
