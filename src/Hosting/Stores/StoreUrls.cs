namespace AlfrescoBackupFlows.Hosting.Stores;

/// <summary>How the URLs of stores are written, for those who ask for one.</summary>
public static class StoreUrls
{
    /// <summary>Every form that fits.</summary>
    public static string Forms => StoreProviders.UrlForms;

    /// <summary>What is wrong with a URL that other users of the machine may have seen, as the end of a line that begins
    /// with the option; null where nothing is.</summary>
    public static string? FaultOfArgument(string url) =>
        StoreProviders.FaultOf(url)
        ?? (
            url.StartsWith(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase)
            && url.Contains('?', StringComparison.Ordinal)
                ? "holds a signature, which other users of this machine can see: leave out what follows '?', and let the "
                    + "machine's identity or --connection-string-file FILE open the storage"
                : null
        );
}
