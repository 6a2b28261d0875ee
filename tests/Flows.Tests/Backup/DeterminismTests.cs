using System.Runtime.CompilerServices;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

public sealed class DeterminismTests
{
    private static readonly string[] Banned =
    [
        "DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "TimeProvider", "Stopwatch", "Environment.",
        "Guid.NewGuid", "Random", "Task.Run", "Task.Delay", "Task.Yield", "ConfigureAwait", "CancelAsync", "Parallel.", "Thread", "File.", "Directory.",
    ];

    [Fact]
    public void Flow_files_ask_nothing_but_their_context()
    {
        string flows = Path.Combine(RepositoryRoot(), "src", "Flows", "Backup");
        string[] files = Directory.GetFiles(flows, "*.cs");

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(Banned, File.ReadAllText(file).Contains));
    }

    private static string RepositoryRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
