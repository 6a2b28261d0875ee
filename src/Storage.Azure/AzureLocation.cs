using System.Diagnostics.CodeAnalysis;
using System.Net;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>
/// Where a repository is in Azure, read from <c>repository.url</c>: <c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX[?SAS]</c>,
/// or with the account in the path, as emulators have it: <c>http://127.0.0.1:10000/ACCOUNT/CONTAINER/PREFIX</c>.
/// </summary>
/// <param name="Service">The account's blob endpoint, without a slash at the end.</param>
/// <param name="Account">The account's name.</param>
/// <param name="Container">The container's name.</param>
/// <param name="Prefix">What every blob's name begins with: empty, or ending in <c>/</c>.</param>
/// <param name="Sas">The signature that the URL carries, without its question mark.</param>
internal sealed record AzureLocation(Uri Service, string Account, string Container, string Prefix, Secret? Sas)
{
    public const string Form = "https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX";

    /// <summary>For messages: the URL without its signature.</summary>
    public string Shown => $"{Service.AbsoluteUri.TrimEnd('/')}/{Container}/{Prefix}".TrimEnd('/');

    public static AzureLocation Parse(string url)
    {
        string shown = url.Split('?')[0];
        if (!TryParse(url, out Uri? uri) || uri.Scheme is not ("https" or "http"))
        {
            throw Wrong(shown, "is no https URL");
        }

        if (uri.UserInfo.Length > 0)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"repository.url: the URL of {uri.Host} holds a user name or password; credentials go into repository.connectionStringFile or a SAS"
            );
        }

        string[] parts = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int before = HasAccountInPath(uri) ? 1 : 0;
        if (parts.Length <= before)
        {
            throw Wrong(shown, "names no container");
        }

        string origin = uri.GetLeftPart(UriPartial.Authority);
        string account = before == 1 ? parts[0] : uri.Host.Split('.')[0];
        string prefix = Uri.UnescapeDataString(string.Join('/', parts[(before + 1)..]));
        Secret? sas = uri.Query.Length > 1 ? new Secret(uri.Query[1..]) : null;
        var service = new Uri(before == 1 ? $"{origin}/{account}" : origin);
        return new AzureLocation(service, account, parts[before], prefix.Length == 0 ? "" : prefix + "/", sas);
    }

    /// <summary>What is created is looked at no closer before its parts are asked for.</summary>
    private static bool TryParse(string url, [NotNullWhen(true)] out Uri? uri)
    {
        try
        {
            return Uri.TryCreate(url, UriKind.Absolute, out uri)
                && Uri.TryCreate(uri.GetLeftPart(UriPartial.Authority), UriKind.Absolute, out _);
        }
        catch (UriFormatException)
        {
            uri = null;
            return false;
        }
    }

    private static bool HasAccountInPath(Uri uri) =>
        !uri.IsDefaultPort
        || IPAddress.TryParse(uri.DnsSafeHost, out _)
        || !uri.Host.Contains('.', StringComparison.Ordinal);

    private static PermanentException Wrong(string shown, string what) =>
        new(ErrorKind.Configuration, $"repository.url: '{PlainText.Escape(shown)}' {what}; the form is {Form}");
}
