using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// What goes to stderr: progress lines, warnings, errors. Time-stamped where nobody sits in front of it (cron,
/// journald). With <c>--quiet</c> everything is held back, and shown only if the command fails.
/// </summary>
internal sealed class MessageWriter(TextWriter stderr, bool quiet, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _held = [];
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    /// <summary>A person watches: progress may be drawn, and lines need no time.</summary>
    public static bool IsTerminal =>
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    public bool IsQuiet => quiet;

    /// <summary>How lines are written.</summary>
    public LogFormat Format { get; init; } = new TextFormat();

    /// <summary>What lines belong to that come from outside of any run, in a command that drives one alone.</summary>
    public RunScope? Scope { get; set; }

    /// <summary>A process that stays says again what is so again, such as another night.</summary>
    public bool Stays { get; set; }

    /// <summary>Takes over while progress is drawn, so that a line does not tear the picture.</summary>
    public Action<string>? Redirect { get; set; }

    public void Note(string text) => Write(LogLevel.Information, text, hold: quiet);

    public void Warn(string text)
    {
        IsNew(text);
        Write(LogLevel.Warning, text, hold: quiet);
    }

    /// <summary>A warning that opening, the work and the result may each bring: a command says it once.</summary>
    public void WarnOnce(string text)
    {
        if (IsNew(text))
        {
            Write(LogLevel.Warning, text, hold: quiet);
        }
    }

    /// <summary>A warning that quietness does not hold back.</summary>
    public void Alert(string text) => Write(LogLevel.Warning, text, hold: false);

    public void Error(string text)
    {
        lock (_gate)
        {
            _held.ForEach(Emit);
            _held.Clear();
        }

        const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string line in text.Split('\n', Clean))
        {
            Write(LogLevel.Error, line, hold: false);
        }
    }

    private bool IsNew(string text)
    {
        lock (_gate)
        {
            return Stays || _warned.Add(text);
        }
    }

    private void Write(LogLevel level, string text, bool hold)
    {
        var entry = LogEntry.Of(time.GetUtcNow().UtcDateTime, level, text, RunScope.Current ?? Scope);
        lock (_gate)
        {
            if (hold)
            {
                _held.Add(entry);
            }
            else
            {
                Emit(entry);
            }
        }
    }

    private void Emit(LogEntry entry)
    {
        if (Format.Format(entry) is not { } line)
        {
            return;
        }

        if (Redirect is { } redirect)
        {
            redirect(line);
        }
        else
        {
            stderr.WriteLine(line);
        }
    }
}
