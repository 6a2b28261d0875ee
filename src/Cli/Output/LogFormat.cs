using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>How lines are written to stderr.</summary>
internal abstract class LogFormat
{
    public const string Text = "text";
    public const string Json = "json";
    public const string Journal = "journal";

    /// <summary>The names that <c>--log-format</c> takes.</summary>
    public static readonly string[] Names = [Text, Json, Journal];

    /// <param name="name">One of <see cref="Names"/>; null: the journal where stderr is the journal's, else text.</param>
    public static LogFormat Choose(string? name) =>
        (name ?? (JournalFormat.IsJournal ? Journal : Text)) switch
        {
            Json => new JsonFormat(),
            Journal => new JournalFormat(),
            _ => new TextFormat(),
        };

    /// <summary>The line to write; null: it is written already, elsewhere.</summary>
    public abstract string? Format(LogEntry entry);
}

/// <summary>For people: with the time where nobody sits in front of it.</summary>
internal sealed class TextFormat : LogFormat
{
    public override string Format(LogEntry entry) =>
        MessageWriter.IsTerminal
            ? Line(entry)
            : $"{entry.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {Line(entry)}";

    public static string Line(LogEntry entry) =>
        entry.Level switch
        {
            LogLevel.Error => $"error: {entry.Message}",
            LogLevel.Warning => $"warning: {entry.Message}",
            _ => entry.Message,
        };
}
