using AlfrescoBackupFlows.Web.Calls;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web;

/// <summary>Style, script and icon: what a browser needs before anybody is signed in.</summary>
internal static class PageFiles
{
    private static readonly Dictionary<string, PageAnswer> Files = new(StringComparer.Ordinal)
    {
        ["style.css"] = Read("style.css", "text/css; charset=utf-8"),
        ["script.js"] = Read("script.js", "text/javascript; charset=utf-8"),
        ["icon.svg"] = Read("icon.svg", "image/svg+xml"),
    };

    /// <summary>Null: there is no such file.</summary>
    public static PageAnswer? Find(string name) => Files.GetValueOrDefault(name);

    private static PageAnswer Read(string name, string contentType)
    {
        using Stream resource = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new PageAnswer(StatusCodes.Status200OK, contentType, bytes);
    }
}
