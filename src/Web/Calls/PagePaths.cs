using AlfrescoBackupFlows.Api;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>The addresses of the page, the same on both hosts.</summary>
public static class PagePaths
{
    /// <summary>Beneath <c>/api/</c>, where a cloud host has all of its addresses.</summary>
    public const string Name = "page";

    public const string Root = $"/{ApiPaths.Prefix}/{Name}";

    internal const string SignIn = $"{Root}/sign-in";
    internal const string SignOut = $"{Root}/sign-out";
    internal const string Sets = $"{Root}/sets";
    internal const string History = $"{Root}/history";
    internal const string Retention = $"{Root}/retention";
    internal const string Running = $"{Root}/running";
    internal const string Backups = $"{Root}/backups";
    internal const string Drills = $"{Root}/drills";

    internal static string Set(string id) => $"{Sets}/{Uri.EscapeDataString(id)}";
}
