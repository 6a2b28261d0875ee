using System.Globalization;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// What goes to stderr: progress lines, warnings, errors. Time-stamped where nobody sits in front of it (cron,
/// journald). With <c>--quiet</c> everything is held back, and shown only if the command fails.
/// </summary>
internal sealed class MessageWriter(TextWriter stderr, bool quiet, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<string> _held = [];
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    /// <summary>A person watches: progress may be drawn, and lines need no time.</summary>
    public static bool IsTerminal =>
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    public bool IsQuiet => quiet;

    /// <summary>A process that stays says again what is so again, such as another night.</summary>
    public bool Stays { get; set; }

    /// <summary>Takes over while progress is drawn, so that a line does not tear the picture.</summary>
    public Action<string>? Redirect { get; set; }

    public void Note(string text) => Write(text, hold: quiet);

    public void Warn(string text)
    {
        IsNew(text);
        Write("warning: " + text, hold: quiet);
    }

    /// <summary>A warning that opening, the work and the result may each bring: a command says it once.</summary>
    public void WarnOnce(string text)
    {
        if (IsNew(text))
        {
            Write("warning: " + text, hold: quiet);
        }
    }

    /// <summary>A warning that quietness does not hold back.</summary>
    public void Alert(string text) => Write("warning: " + text, hold: false);

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
            Write("error: " + line, hold: false);
        }
    }

    private bool IsNew(string text)
    {
        lock (_gate)
        {
            return Stays || _warned.Add(text);
        }
    }

    private void Write(string text, bool hold)
    {
        string clean = PlainText.Escape(text.ReplaceLineEndings(" "));
        DateTime now = time.GetUtcNow().UtcDateTime;
        string line = IsTerminal
            ? clean
            : $"{now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {clean}";
        lock (_gate)
        {
            if (hold)
            {
                _held.Add(line);
            }
            else
            {
                Emit(line);
            }
        }
    }

    private void Emit(string line)
    {
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
