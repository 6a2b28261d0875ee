using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Output;

public sealed class LogFormatTests
{
    private static readonly LogEntry Entry = new(
        new DateTime(2026, 5, 20, 1, 30, 0, 123, DateTimeKind.Utc),
        LogLevel.Warning,
        "half a \ud800 pair, a \"quote\" and a ü",
        "run-1",
        "files",
        Set: null
    );

    [Fact]
    public void A_line_of_JSON_has_what_it_belongs_to_and_leaves_out_what_is_not_known()
    {
        string line = new JsonFormat().Format(Entry)!;

        Assert.DoesNotContain('\n', line);
        JsonElement json = JsonDocument.Parse(line).RootElement;
        Assert.Equal(
            ["time", "level", "message", "run", "phase"],
            json.EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal("2026-05-20T01:30:00.123Z", json.GetProperty("time").GetString());
        Assert.Equal("warning", json.GetProperty("level").GetString());
        Assert.Equal("half a \ufffd pair, a \"quote\" and a ü", json.GetProperty("message").GetString());
    }

    [Fact]
    public void What_a_command_says_carries_the_run_that_is_driven_there()
    {
        var said = new StringWriter();
        var messages = new MessageWriter(said, quiet: true, TimeProvider.System) { Format = new JsonFormat() };
        messages.Note("before");
        messages.Scope = new RunScope("run-1") { Phase = "files" };
        messages.Note("in it");
        messages.Scope.Phase = "seal";
        messages.Error("first\nsecond");

        Assert.Equal(
            [
                ("information", "before", null, null),
                ("information", "in it", "run-1", "files"),
                ("error", "first", "run-1", "seal"),
                ("error", "second", "run-1", "seal"),
            ],
            said.ToString()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Select(json => (Text(json, "level"), Text(json, "message"), Text(json, "run"), Text(json, "phase")))
        );
    }

    [Fact]
    public void The_journal_gets_priority_run_and_phase_as_fields_and_what_it_does_not_take_goes_to_stderr()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd's journal is Linux's.");
        using var directory = new TempDirectory();
        string path = directory.Combine("journal");
        var format = new JournalFormat(new JournalSocket(path));

        Assert.Equal("<4>warning: half a \ud800 pair, a \"quote\" and a ü", format.Format(Entry));

        using var journal = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        journal.Bind(new UnixDomainSocketEndPoint(path));
        Assert.Null(format.Format(Entry with { Message = "full", Set = "set-1" }));
        byte[] entry = new byte[4096];
        Assert.Equal(
            "MESSAGE=warning: full\nPRIORITY=4\nSYSLOG_IDENTIFIER=abf\nABF_RUN=run-1\nABF_PHASE=files\nABF_SET=set-1\n",
            Encoding.UTF8.GetString(entry, 0, journal.Receive(entry))
        );

        // Longer than a datagram may be.
        Assert.StartsWith("<4>warning: xxx", format.Format(Entry with { Message = new string('x', 8 << 20) }));
    }

    [Fact]
    public void A_field_of_several_lines_has_its_length_before_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd's journal is Linux's.");
        using var directory = new TempDirectory();
        using var journal = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        journal.Bind(new UnixDomainSocketEndPoint(directory.Combine("journal")));

        Assert.True(new JournalSocket(directory.Combine("journal")).TrySend([("MESSAGE", "a\nPRIORITY=0")]));

        byte[] entry = new byte[64];
        int length = journal.Receive(entry);
        Assert.Equal("MESSAGE\n\u000c\0\0\0\0\0\0\0a\nPRIORITY=0\n", Encoding.UTF8.GetString(entry, 0, length));
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
