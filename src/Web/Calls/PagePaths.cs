using AlfrescoBackupFlows.Api;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>The addresses of the page, the same on both hosts.</summary>
public static class PagePaths
{
    /// <summary>Beneath <c>/api/</c>, where a cloud host has all of its addresses.</summary>
    public const string Name = "page";

    public const string Root = $"/{ApiPaths.Prefix}/{Name}";

    /// <summary>The last part of the address of a document.</summary>
    internal const string ContentName = "content";

    internal const string SignIn = $"{Root}/sign-in";
    internal const string SignOut = $"{Root}/sign-out";
    internal const string Sets = $"{Root}/sets";
    internal const string Find = $"{Root}/find";
    internal const string History = $"{Root}/history";
    internal const string Retention = $"{Root}/retention";
    internal const string Running = $"{Root}/running";
    internal const string Backups = $"{Root}/backups";
    internal const string Drills = $"{Root}/drills";

    internal static string Set(string id) => $"{Sets}/{Uri.EscapeDataString(id)}";

    internal static string Report(string id, string kind, int from = 0) =>
        $"{Set(id)}/report?kind={kind}" + (from > 0 ? $"&from={from}" : null);

    /// <summary>A document as a set has it.</summary>
    internal static string Content(string id, string item) =>
        $"{Set(id)}/{ContentName}?item={Uri.EscapeDataString(item)}";

    /// <summary>The versions of a document that a set has.</summary>
    internal static string Versions(string id, string item) => $"{Set(id)}/versions?item={Uri.EscapeDataString(item)}";

    internal static string Search(string pattern, string sets) =>
        $"{Find}?for={Uri.EscapeDataString(pattern)}&sets={Uri.EscapeDataString(sets)}";
}
