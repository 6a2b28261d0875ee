using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Hosting.Stores;

/// <summary>How the URLs of stores are written, for those who ask for one.</summary>
public static class StoreUrls
{
    /// <summary>Every form that fits.</summary>
    public static string Forms => StoreProviders.UrlForms;

    /// <summary>What is wrong with a URL that other users of the machine may have seen, as the end of a line that begins
    /// with the option; null where nothing is.</summary>
    public static string? FaultOfArgument(string url) => StoreProviders.FaultOf(url) ?? SecretOf(url);

    /// <exception cref="PermanentException">Configuration: the URL that was given as this option is none, or holds what
    /// other users of the machine may have seen.</exception>
    public static void RequireNoSecret(string option, string url)
    {
        if (FaultOfArgument(url) is { } fault)
        {
            throw NameOf(option).Tell(new PermanentException(ErrorKind.Configuration, $"{option} {fault}"));
        }
    }

    /// <summary>A question mark in the name of a directory is no query, unless a signature follows it.</summary>
    private static string? SecretOf(string url) =>
        Secret.RedactSignatures(url) != url
        || (
            url.StartsWith(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)
            && url.Contains('?', StringComparison.Ordinal)
        )
            ? "holds a signature, which other users of this machine can see: leave out what follows '?', and let the "
                + "machine's identity or --connection-string-file FILE open the storage"
            : null;

    private static StoreName NameOf(string option) => new(option, "--connection-string-file");
}
