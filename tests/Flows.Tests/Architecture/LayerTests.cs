using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Architecture;

/// <summary>
/// The folders of the flows are layers, as the projects are: each uses only what lies below it, so that it can be read,
/// and tested, from the bottom up.
/// </summary>
public sealed partial class LayerTests
{
    /// <summary>Bottom up; folders of one layer know nothing of each other. The last is the project's own
    /// folder.</summary>
    private static readonly string[][] Layers =
    [
        ["Options", "Archives"],
        ["Tasks"],
        ["Runtime"],
        ["Backup.Records", "Restore.Records", "Verify.Records", "Retention.Records", "Mirroring.Records"],
        ["Capture", "Restore.Targets", "Drill.Records"],
        ["Doctor"],
        [
            "Backup.Activities",
            "Restore.Activities",
            "Verify.Activities",
            "Retention.Activities",
            "Mirroring.Activities",
            "Drill.Activities",
        ],
        ["Retention", "Mirroring", "Exporting", "Repair"],
        ["Backup", "Restore", "Verify"],
        ["Drill"],
        ["Scheduling"],
        [""],
    ];

    private static readonly Dictionary<string, HashSet<string>> Declared = Sources()
        .GroupBy(source => source.Folder, StringComparer.Ordinal)
        .ToDictionary(
            folder => folder.Key,
            folder => folder.SelectMany(source => TypesOf(source.Code)).ToHashSet(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_folder_has_its_layer() =>
        Assert.Subset(Layers.SelectMany(layer => layer).ToHashSet(), Declared.Keys.ToHashSet());

    [Fact]
    public void A_folder_uses_only_folders_below_it() =>
        Assert.Empty(
            Sources()
                .SelectMany(source =>
                    UsedFrom(source.Folder, source.Code)
                        .Where(used => !IsBelow(used, source.Folder))
                        .Select(used => $"{source.Path} uses '{used}'")
                )
        );

    [Theory]
    [InlineData("Tasks", "using AlfrescoBackupFlows.Flows.Runtime;", "Runtime")]
    [InlineData("Backup.Activities", "using AlfrescoBackupFlows.Flows.Restore.Activities;", "Restore.Activities")]
    [InlineData("Backup.Activities", "string name = nameof(HotBackupFlow);", "Backup")]
    [InlineData("Runtime", "var converter = BackupTasks.Converter;", "")]
    [InlineData("Capture", "Flows.Backup.FilesPhase? phase = null;", "Backup")]
    public void A_planted_use_of_a_folder_above_is_found(string folder, string code, string used) =>
        Assert.Equal([used], UsedFrom(folder, code).Where(other => !IsBelow(other, folder)));

    [Theory]
    [InlineData("Capture", "using AlfrescoBackupFlows.Flows.Runtime;")]
    [InlineData("Runtime", "// HotBackupFlow says \"BackupTasks\"\nstring text = \"BackupTasks\";")]
    [InlineData("", "using AlfrescoBackupFlows.Flows.Backup;")]
    public void What_lies_below_and_what_is_only_said_is_not(string folder, string code) =>
        Assert.All(UsedFrom(folder, code), used => Assert.True(IsBelow(used, folder)));

    /// <summary>By the namespaces that the code names, and by the types of the enclosing ones, which need no
    /// naming.</summary>
    private static IEnumerable<string> UsedFrom(string folder, string code)
    {
        string bare = Text().Replace(code, string.Empty);
        HashSet<string> words = [.. Word().Matches(bare).Select(match => match.Value)];
        IEnumerable<string> enclosing = Enclosing(folder).Where(other => Declared[other].Overlaps(words));
        return Namespace()
            .Matches(bare)
            .Select(match => FolderOf(match.Groups["path"].Value))
            .Concat(enclosing)
            .Where(used => used != folder)
            .Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Enclosing(string folder)
    {
        for (string above = folder; above.Length > 0; )
        {
            above = above.Contains('.', StringComparison.Ordinal) ? above[..above.LastIndexOf('.')] : string.Empty;
            if (Declared.ContainsKey(above))
            {
                yield return above;
            }
        }
    }

    /// <summary>The longest part that is a folder: what follows is a type, and what that has.</summary>
    private static string FolderOf(string path)
    {
        string folder = path;
        while (folder.Length > 0 && !Declared.ContainsKey(folder))
        {
            folder = folder.Contains('.', StringComparison.Ordinal) ? folder[..folder.LastIndexOf('.')] : string.Empty;
        }

        return folder;
    }

    private static bool IsBelow(string used, string folder) => LayerOf(used) < LayerOf(folder);

    private static int LayerOf(string folder) => Array.FindIndex(Layers, layer => layer.Contains(folder));

    private static IEnumerable<string> TypesOf(string code) =>
        Declaration().Matches(Text().Replace(code, string.Empty)).Select(match => match.Groups["name"].Value);

    private static IEnumerable<(string Path, string Folder, string Code)> Sources()
    {
        string root = Root();
        foreach (string file in Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, file);
            string folder = (Path.GetDirectoryName(path) ?? string.Empty).Replace(Path.DirectorySeparatorChar, '.');
            if (folder.Split('.')[0] is not ("obj" or "bin"))
            {
                yield return (path, folder, File.ReadAllText(file));
            }
        }
    }

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "src", "Flows"));

    /// <summary>Comments and texts; of an interpolated text also the code within it.</summary>
    [GeneratedRegex(@"//[^\n]*|""(?:[^""\\\n]|\\.)*""", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Text();

    [GeneratedRegex(@"\b[A-Z]\w*\b", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Word();

    [GeneratedRegex(
        @"(?<!namespace )(?<![\w.])(?:AlfrescoBackupFlows\.)?Flows\.(?<path>\w+(?:\.\w+)*)",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|sealed|static|abstract|readonly|partial) )+(?:class|record struct|record|struct|interface|enum) (?<name>\w+)",
        RegexOptions.Multiline,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Declaration();
}
