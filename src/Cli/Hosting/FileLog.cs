using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Writes what the parts log to a file in the state directory, readable by its owner only, which begins anew when it is
/// long. Warnings are also said on stderr, but for those of the engine, which reports each failed attempt, and of the
/// outcome: the last attempt and the outcome are the command's own result.
/// </summary>
internal sealed class FileLog : ILoggerProvider
{
    private const string Name = "abf.log";
    private const long MaxBytes = 4 * 1024 * 1024;

    /// <summary>The engine's loggers are named by its types.</summary>
    private static readonly string EngineCategories = typeof(EmbeddedEngine).Namespace! + ".";

    private readonly Lock _gate = new();
    private readonly OwnTree _state;
    private readonly MessageWriter _messages;
    private readonly TimeProvider _time;
    private FileStream? _file;
    private long _lost;
    private bool _isTold;

    public FileLog(string state, MessageWriter messages, TimeProvider time)
    {
        (_state, _messages, _time) = (OwnTree.OpenPrivate(state), messages, time);
        if (Try([]) is { } fault)
        {
            _lost = 0;
            Tell(fault);
        }
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void Dispose()
    {
        lock (_gate)
        {
            Close();
        }
    }

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        LogEntry entry = LogEntry.Of(_time.GetUtcNow().UtcDateTime, level, message, RunScope.Current) with
        {
            Category = category,
            Exception = exception is null ? null : Secret.Redact(exception.ToString().ReplaceLineEndings("\n")),
        };
        Exception? fault;
        lock (_gate)
        {
            string gap = _lost > 0 ? Line(GapBefore(entry)) : string.Empty;
            fault = Try(Encoding.UTF8.GetBytes(gap + Line(entry)));
        }

        if (fault is not null)
        {
            Tell(fault);
        }

        if (level >= LogLevel.Warning && !IsReportedByTheCommand(category))
        {
            _messages.WarnOnce(message);
        }
    }

    private LogEntry GapBefore(LogEntry entry) =>
        LogEntry.Of(entry.Time, LogLevel.Warning, $"{_lost} lines could not be written here", scope: null) with
        {
            Category = Name,
        };

    private string Line(LogEntry entry)
    {
        if (_messages.Format is JsonFormat json)
        {
            return json.Format(entry) + "\n";
        }

        string time = entry.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        text.Append($"{time} {entry.Level} {entry.Category}: {entry.Message}\n");
        foreach (string line in entry.Exception?.Split('\n') ?? [])
        {
            text.Append($"    {PlainText.Escape(line)}\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// Appends to the file. A log that cannot grow is tried again with the next line, and never anybody else's fault.
    /// </summary>
    /// <returns>Why it could not be; null where it was.</returns>
    private Exception? Try(ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_file?.Length > MaxBytes)
            {
                Close();
            }

            _file ??= Open();
            _file.Write(lines);
            _file.Flush();
            _lost = 0;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // An argument: what System.IO makes of a file that may not grow (EFBIG).
            Close();
            _lost++;
            return e;
        }
    }

    /// <summary>Other commands write to the same file, and one of them may have put it aside just now.</summary>
    private FileStream Open()
    {
        if (_state.TryStat(Name) is { Size: > MaxBytes })
        {
            _state.Move(Name, Name + ".1");
        }

        return _state.OpenAppend(Name);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Tell(Exception fault)
    {
        if (!Interlocked.Exchange(ref _isTold, true))
        {
            _messages.Warn(
                $"state: '{_state.Describe(Name)}' cannot be written ({fault.Message}), and the command goes on without "
                    + "a log; give this user the right, or make room"
            );
        }
    }

    private static bool IsReportedByTheCommand(string category) =>
        category == BackupOutcome.Category || category.StartsWith(EngineCategories, StringComparison.Ordinal);

    private sealed class CategoryLogger(FileLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                log.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }
}
