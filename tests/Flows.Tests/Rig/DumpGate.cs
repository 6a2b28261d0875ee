using System.Diagnostics;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>
/// Holds a stand-in for a dump tool at a point of its script, <c>echo &gt; "$here/started"; cat "$here/go-on"</c>:
/// opening a named pipe waits for the other end.
/// </summary>
internal sealed class DumpGate
{
    private readonly string _started;
    private readonly string _goOn;

    private DumpGate(string directory) =>
        (_started, _goOn) = (Path.Combine(directory, "started"), Path.Combine(directory, "go-on"));

    public static async Task<DumpGate> CreateAsync(string directory, CancellationToken cancellationToken)
    {
        var gate = new DumpGate(directory);
        using Process process = Process.Start("mkfifo", [gate._started, gate._goOn]);
        await process.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, process.ExitCode);
        return gate;
    }

    /// <summary>Until the script is at the gate.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => File.ReadAllTextAsync(_started, cancellationToken);

    /// <summary>Lets it go on.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(_goOn, "\n", cancellationToken);
}
