using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Hosting.Stores;

/// <summary>The kinds of store, found by the scheme of a URL.</summary>
internal static partial class StoreProviders
{
    // Another kind of store is a line here.
    private static readonly IBlobStoreProvider[] All = [new AzureStoreProvider(), new DirectoryStoreProvider()];

    /// <summary>How URLs of stores are written.</summary>
    public static string UrlForms { get; } = string.Join(" or ", All.Select(p => p.UrlForm));

    /// <exception cref="PermanentException">Configuration: no store has such URLs.</exception>
    public static IBlobStoreProvider Of(string url) =>
        TryParse(url, out Uri? parsed) && Find(parsed.Scheme) is { } provider
            ? provider
            : throw new PermanentException(ErrorKind.Configuration, $"repository.url {FaultOf(url)}");

    /// <summary>What is wrong with the URL of a store, as the end of a line that begins with the setting; null where
    /// nothing is.</summary>
    public static string? FaultOf(string url)
    {
        string shown = Shown(url);
        if (!TryParse(url, out Uri? parsed))
        {
            return $"{shown} does not fit: write {UrlForms}";
        }

        if (Find(parsed.Scheme) is not { } provider)
        {
            string known = string.Join(", ", All.SelectMany(p => p.Schemes));
            return $"{shown} does not fit: no store has the scheme {parsed.Scheme}, only {known}; write {UrlForms}";
        }

        return parsed.UserInfo.Length > 0
                ? $"{shown} holds a user or password: a secret belongs in repository.connectionStringFile"
            : provider.FaultOf(parsed) is { } fault ? $"{shown} {fault}"
            : null;
    }

    /// <summary>
    /// The query may be a signature, and a user part a password: neither is ever shown. Nor is a value with an equals
    /// sign: somebody may have pasted a connection string or a key.
    /// </summary>
    private static string Shown(string url)
    {
        string place = url.Split('?', '#')[0];
        return place.Contains('=', StringComparison.Ordinal)
            ? "(not shown: it may hold a secret, such as a connection string, which belongs in repository.connectionStringFile)"
            : $"'{UserPart().Replace(place, "://[secret]@")}'";
    }

    /// <summary>What is created is looked at no closer before its parts are asked for.</summary>
    private static bool TryParse(string url, [NotNullWhen(true)] out Uri? parsed)
    {
        try
        {
            return Uri.TryCreate(url, UriKind.Absolute, out parsed) && parsed.Host is not null;
        }
        catch (UriFormatException)
        {
            parsed = null;
            return false;
        }
    }

    private static IBlobStoreProvider? Find(string scheme) =>
        All.FirstOrDefault(p => p.Schemes.Contains(scheme, StringComparer.Ordinal));

    [GeneratedRegex("://[^/]*@", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserPart();
}
