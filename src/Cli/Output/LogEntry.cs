using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>A line for people or machines, with what it belongs to. Its texts have no secret and no line end.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Run">The run, verification, restore or drill; null outside of any.</param>
internal sealed record LogEntry(DateTime Time, LogLevel Level, string Message, string? Run, string? Phase, string? Set)
{
    /// <summary>The part of the program that said it; null: the command.</summary>
    public string? Category { get; init; }

    /// <summary>The details of a fault, several lines; null without one.</summary>
    public string? Exception { get; init; }

    /// <summary>One of any text, which is cleaned here.</summary>
    /// <param name="scope">Null outside of any run.</param>
    public static LogEntry Of(DateTime time, LogLevel level, string message, RunScope? scope) =>
        new(
            time,
            level,
            PlainText.Escape(Secret.RedactSignatures(message.ReplaceLineEndings(" "))),
            scope?.Run,
            scope?.Phase,
            scope?.Set
        );
}
