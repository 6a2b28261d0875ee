using System.Globalization;
using AlfrescoBackupFlows.Platform.Streams;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// To systemd's journal, with fields. What it does not take goes to stderr with its priority in front, which the journal
/// reads there as well.
/// </summary>
internal sealed class JournalFormat(JournalSocket socket) : LogFormat
{
    public JournalFormat()
        : this(new JournalSocket()) { }

    /// <summary>Whether stderr is a stream of the journal, as it is in a unit.</summary>
    public static bool IsJournal => JournalSocket.IsErrorStream();

    public override string? Format(LogEntry entry)
    {
        string priority = Priority(entry.Level).ToString(CultureInfo.InvariantCulture);
        string line = TextFormat.Line(entry);
        var fields = new List<(string, string)>
        {
            ("MESSAGE", line),
            ("PRIORITY", priority),
            ("SYSLOG_IDENTIFIER", "abf"),
        };
        Add("ABF_RUN", entry.Run);
        Add("ABF_PHASE", entry.Phase);
        Add("ABF_SET", entry.Set);
        return socket.TrySend(fields) ? null : $"<{priority}>{line}";

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                fields.Add((name, value));
            }
        }
    }

    /// <summary>Those of syslog.</summary>
    private static int Priority(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Debug or LogLevel.Trace => 7,
            _ => 6,
        };
}
