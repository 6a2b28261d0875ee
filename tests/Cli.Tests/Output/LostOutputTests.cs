using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Output;

/// <summary>Output that cannot be written changes neither what a command does nor its exit code.</summary>
public sealed class LostOutputTests : IDisposable
{
    private const int BrokenPipe = 32;
    private const int NoSpace = 28;

    private readonly AbfRig _abf = new();

    [Theory]
    [InlineData(NoSpace, "warning: set x is sealed; only its result could not be written to stdout (no)")]
    [InlineData(BrokenPipe, "")]
    public void A_result_that_is_lost_is_said_unless_its_reader_went_away(int error, string said)
    {
        using var stderr = new StringWriter();
        var messages = new MessageWriter(stderr, quiet: true, TimeProvider.System);
        var result = new ResultWriter(new FullStream(error), json: false, quiet: false, messages)
        {
            Outcome = "set x is sealed",
        };

        result.Write([], CliJson.Relaxed.KeyDocumentArray, writer => writer.WriteLine("key"));

        Assert.EndsWith(said, stderr.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(said.Length > 0, stderr.ToString().Length > 0);
    }

    [Fact]
    public async Task A_long_result_ends_where_nobody_reads_on()
    {
        var messages = new MessageWriter(TextWriter.Null, quiet: true, TimeProvider.System);
        int lines = 0;

        await new ResultWriter(new FullStream(BrokenPipe), json: false, quiet: false, messages).WriteAsync(
            _ => Task.CompletedTask,
            async writer =>
            {
                for (; lines < 1_000_000; lines++)
                {
                    await writer.WriteLineAsync("a path of many");
                }
            }
        );

        Assert.InRange(lines, 0, 10_000);
    }

    [Theory]
    [InlineData(">/dev/full", 0, "stdout (No space left on device)")]
    [InlineData(">&-", 0, "stdout (Bad file descriptor)")]
    [InlineData("2>/dev/full", 0, "")]
    [InlineData("2>&-", 0, "")]
    [InlineData("<&- >&- 2>&-", 0, "")]
    [Trait("needs", "linux")]
    public async Task Full_and_closed_streams_are_no_fault_of_a_command(string streams, int exitCode, string said)
    {
        _abf.Section("repository")["encryption"] = "none";
        _abf.Section("repository").Remove("passphraseFile");
        _abf.Prefix = ["sh", "-c", $"exec \"$@\" {streams}", "sh"];
        foreach (
            string[] command in (string[][])
                [
                    ["init"],
                    ["sets"],
                    ["sets", "--json"],
                    ["status"],
                    ["verify"],
                ]
        )
        {
            AbfResult result = await _abf.RunAsync(command);

            Assert.True(exitCode == result.ExitCode, $"{command[0]}: {result.ExitCode}\n{result.Error}");
            Assert.Contains(said, result.Error, StringComparison.Ordinal);
        }

        foreach (string option in (string[])["--help", "--version"])
        {
            Assert.Equal(0, (await _abf.RunPlainAsync(option)).ExitCode);
        }

        Assert.Equal(2, (await _abf.RunPlainAsync("no-such-command")).ExitCode);
    }

    public void Dispose() => _abf.Dispose();

    private sealed class FullStream(int error) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("no", error);

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no", error);

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => throw new IOException("no", error);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new IOException("no", error);
    }
}
