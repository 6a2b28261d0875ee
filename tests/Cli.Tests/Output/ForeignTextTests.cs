using System.Text;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Output;

/// <summary>Text of a server, a file name or a setting that tries to write lines of its own, or to move the terminal's
/// cursor.</summary>
public sealed class ForeignTextTests
{
    private const string Hostile = "store://2024/\u001b[2Ja\r\nerror: forged\u009b31m\u202egnp.bin";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_stays_one_line_without_control_characters(bool warning)
    {
        var stderr = new StringWriter();
        var messages = new MessageWriter(stderr, quiet: false, TimeProvider.System);

        if (warning)
        {
            messages.Warn(Hostile);
        }
        else
        {
            messages.Note(Hostile);
        }

        AssertPlain(stderr.ToString(), lines: 1);
    }

    private static MessageWriter Silent => new(TextWriter.Null, quiet: true, TimeProvider.System);

    [Fact]
    public void A_result_stays_one_line_a_row()
    {
        using var stdout = new MemoryStream();
        var table = new TextTable("path", "tenant");
        table.Add(Hostile, Hostile);

        new ResultWriter(stdout, json: false, quiet: false, Silent).Write(
            [],
            CliJson.Relaxed.KeyDocumentArray,
            writer =>
            {
                table.WriteTo(writer);
                writer.WriteLine($"missing: {Hostile}");
                writer.Write(Hostile);
                writer.WriteLine();
            }
        );

        AssertPlain(Encoding.UTF8.GetString(stdout.ToArray()), lines: 4);
    }

    [Fact]
    public async Task A_streamed_result_stays_one_line_a_row()
    {
        using var stdout = new MemoryStream();
        await new ResultWriter(stdout, json: false, quiet: false, Silent).WriteAsync(
            _ => Task.CompletedTask,
            writer => writer.WriteLineAsync(Hostile)
        );
        AssertPlain(Encoding.UTF8.GetString(stdout.ToArray()), lines: 1);
    }

    [Fact]
    public void The_log_stays_one_line_a_message_and_an_exceptions_lines_are_set_back()
    {
        using var state = new TempDirectory();
        using (
            var log = new FileLog(
                state.Path,
                new MessageWriter(TextWriter.Null, quiet: true, TimeProvider.System),
                TimeProvider.System
            )
        )
        {
            var cause = new InvalidOperationException(Hostile);
            log.CreateLogger("Tests").Log(LogLevel.Information, default, Hostile, cause, static (said, _) => said);
        }

        string text = File.ReadAllText(state.Combine("abf.log"));
        AssertPlain(text, lines: text.Count(static c => c == '\n'));
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.Contains(" Tests: ", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
    }

    private static void AssertPlain(string text, int lines)
    {
        Assert.EndsWith(Environment.NewLine, text, StringComparison.Ordinal);
        string[] found = text[..^Environment.NewLine.Length].Split(Environment.NewLine);
        Assert.Equal(lines, found.Length);
        Assert.All(found, line => Assert.DoesNotContain(line, static c => char.IsControl(c) || c == '\u202e'));
        Assert.Contains("\\u001b[2Ja", text, StringComparison.Ordinal);
        Assert.Contains("\\u202egnp.bin", text, StringComparison.Ordinal);
    }
}
