using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Tasks;

/// <summary>
/// What runs as part of a flow asks nothing but its context. The analyzers look at what a flow calls; this looks at
/// every file that speaks of a context, whatever its folder, and at what it names.
/// </summary>
public sealed partial class DeterminismTests
{
    private static readonly string[] Banned =
    [
        "DateTime.Now",
        "DateTime.UtcNow",
        "DateTimeOffset.Now",
        "DateTimeOffset.UtcNow",
        "TimeProvider",
        "Stopwatch",
        "Environment.",
        "Guid.NewGuid",
        "Random",
        "Task.Run",
        "Task.Delay",
        "Task.Yield",
        "ConfigureAwait",
        "CancelAsync",
        "Parallel.",
        "Thread",
        "File.",
        "Directory.",
    ];

    [Fact]
    public void Flow_files_ask_nothing_but_their_context()
    {
        string[] files = FlowFiles();

        Assert.All(files, file => Assert.Null(FirstBanned(File.ReadAllText(file))));
    }

    [Fact]
    public void Every_flow_and_every_phase_is_looked_at()
    {
        var registry = new DurableTaskRegistry();
        BackupTasks.Register(registry);
        string[] names = [.. FlowFiles().Select(file => Path.GetFileNameWithoutExtension(file))];

        Assert.Subset(
            new HashSet<string>(names),
            new HashSet<string>(registry.GetOrchestrators().Select(flow => flow.Key.Name))
        );
        Assert.Subset(
            new HashSet<string>(names),
            new HashSet<string>([
                "SearchIndexPhase",
                "DatabasePhase",
                "FilesPhase",
                "FanOut",
                "CancelSignal",
                "RetryRule",
                "BackupProgress",
            ])
        );
    }

    [Theory]
    [InlineData("var now = DateTime.UtcNow;", "DateTime.UtcNow")]
    [InlineData("await Task.Delay(1);", "Task.Delay")]
    [InlineData("if (File.Exists(path))", "File.")]
    [InlineData("// DateTime.UtcNow is not asked\nvar now = context.Now();", null)]
    public void A_planted_line_is_found(string planted, string? expected) =>
        Assert.Equal(expected, FirstBanned(planted));

    private static string? FirstBanned(string code) =>
        Banned.FirstOrDefault(word =>
            Regex.IsMatch(
                Comments().Replace(code, string.Empty),
                $@"(?<![\w]){Regex.Escape(word)}",
                RegexOptions.None,
                TimeSpan.FromSeconds(5)
            )
        );

    /// <summary>Files that speak of a flow's context or of what the backup's phases share, but for
    /// activities.</summary>
    private static string[] FlowFiles() =>
        [
            .. Directory
                .GetFiles(Path.Combine(RepositoryRoot(), "src", "Flows"), "*.cs", SearchOption.AllDirectories)
                .Where(file =>
                    !file.Contains(
                        $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                        StringComparison.Ordinal
                    )
                )
                .Where(file =>
                    File.ReadAllText(file) is var code
                    && (
                        code.Contains("TaskOrchestrationContext", StringComparison.Ordinal)
                        || code.Contains("BackupSteps", StringComparison.Ordinal)
                        || code.Contains("OrchestrationContext", StringComparison.Ordinal)
                    )
                ),
        ];

    private static string RepositoryRoot([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));

    [GeneratedRegex("//[^\n]*", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Comments();
}
