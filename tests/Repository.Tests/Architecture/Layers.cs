using System.Text.RegularExpressions;

namespace AlfrescoBackupFlows.Repository.Tests.Architecture;

/// <summary>
/// The layers of the repository's folders, and what breaks them. Reads sources: a folder's types are reached by a using
/// or a qualified name.
/// </summary>
internal static partial class Layers
{
    private const string Project = "AlfrescoBackupFlows.Repository";

    /// <summary>From the bottom up; the empty name is the project's own folder. A folder uses those before
    /// it.</summary>
    public static readonly IReadOnlyList<string> BottomUp =
    [
        "Format",
        "Blobs",
        "Crypto",
        "Cache",
        "Sorting",
        "Log",
        "Config",
        "Packs",
        "ChunkIndexes",
        "Runs",
        "Chunks",
        "Listings",
        "RequiredFiles",
        "Catalogues",
        "Checks",
        "SetChecks",
        "",
        "Garbage",
        "Mirroring",
        "Verification",
        "Repair",
    ];

    /// <param name="sources">Path below the project's folder, with slashes, and text of each file.</param>
    public static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> sources)
    {
        Dictionary<string, string> code = sources.ToDictionary(
            file => file.Key,
            file => Ignored().Replace(file.Value, string.Empty)
        );
        ILookup<string, string> types = code.SelectMany(file =>
                Declaration()
                    .Matches(file.Value)
                    .Select(match => (Folder: FolderOf(file.Key), Type: match.Groups["name"].Value))
            )
            .ToLookup(type => type.Folder, type => type.Type);
        return code.SelectMany(file => Faults(file.Key, file.Value, types));
    }

    private static IEnumerable<string> Faults(string path, string code, ILookup<string, string> types)
    {
        string folder = FolderOf(path);
        int layer = BottomUp.ToList().IndexOf(folder);
        if (layer < 0)
        {
            yield return $"{path}: the folder '{folder}' has no layer";
            yield break;
        }

        string expected = folder.Length == 0 ? Project : $"{Project}.{folder.Replace('/', '.')}";
        if (Namespace().Match(code).Groups["name"].Value != expected)
        {
            yield return $"{path}: its namespace is not {expected}";
        }

        foreach (string above in BottomUp.Skip(layer + 1).Where(above => Uses(code, above, types[above])))
        {
            string name = above.Length == 0 ? "the project's own folder" : above;
            yield return $"{path}: uses {name}, which lies above {folder}";
        }
    }

    /// <summary>The project's own namespace is in scope everywhere, so its types are looked for by name.</summary>
    private static bool Uses(string code, string folder, IEnumerable<string> types) =>
        folder.Length == 0
            ? types.Any(type => Names(code, type))
            : Names(code, $"{Project}.{folder}") || types.Any(type => Names(code, $"{folder}.{type}"));

    private static bool Names(string code, string name) =>
        Regex.IsMatch(code, $@"\b{Regex.Escape(name)}\b", RegexOptions.None, TimeSpan.FromSeconds(5));

    private static string FolderOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    /// <summary>Comments and plain strings.</summary>
    [GeneratedRegex(
        @"//[^\n]*|(?<![$@])""([^""\\\n]|\\.)*""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Ignored();

    [GeneratedRegex(
        @"^namespace (?<name>[\w.]+);",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(public |internal |sealed |static |abstract |readonly |ref |partial |unsafe )*"
            + @"(class|record struct|record|struct|interface|enum|delegate [\w<>\[\]?]+) (?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Declaration();
}
