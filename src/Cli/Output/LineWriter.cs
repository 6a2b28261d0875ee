using System.Text;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Lines for people: whatever stands in a line, it stays one, and does nothing to the terminal.</summary>
internal sealed class LineWriter(Stream stdout) : TextWriter
{
    private readonly StreamWriter _inner = new(
        stdout,
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        leaveOpen: true
    );

    public override Encoding Encoding => _inner.Encoding;

    public override void Write(char value) => _inner.Write(PlainText.Escape(value.ToString()));

    public override void Write(string? value) => _inner.Write(PlainText.Escape(value ?? string.Empty));

    public override void WriteLine() => _inner.WriteLine();

    public override void WriteLine(string? value) => _inner.WriteLine(PlainText.Escape(value ?? string.Empty));

    public override Task WriteLineAsync(string? value) =>
        _inner.WriteLineAsync(PlainText.Escape(value ?? string.Empty));

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync() => _inner.FlushAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
