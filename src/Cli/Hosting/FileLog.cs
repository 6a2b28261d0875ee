using System.Globalization;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
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
    private StreamWriter? _file;

    /// <exception cref="PermanentException">Configuration: it cannot be written.</exception>
    public FileLog(string state, MessageWriter messages, TimeProvider time)
    {
        (_state, _messages, _time) = (OwnTree.OpenPrivate(state), messages, time);
        _file = Open();
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void Dispose() => _file?.Dispose();

    /// <summary>Other commands write to the same file, and one of them may have put it aside just now.</summary>
    private StreamWriter Open()
    {
        try
        {
            if (_state.TryStat(Name) is { Size: > MaxBytes })
            {
                _state.Move(Name, Name + ".1");
            }

            return new StreamWriter(_state.OpenAppend(Name)) { AutoFlush = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: '{_state.Describe(Name)}' cannot be written ({e.Message}); "
                    + "give this user the right, or make room",
                e
            );
        }
    }

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        lock (_gate)
        {
            string time = _time
                .GetUtcNow()
                .UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            if (_file?.BaseStream.Length > MaxBytes)
            {
                _file.Dispose();
                _file = null;
            }

            _file ??= Open();
            _file.WriteLine($"{time} {level} {category}: {PlainText.Escape(message.ReplaceLineEndings(" "))}");
            if (exception is not null)
            {
                foreach (string line in exception.ToString().ReplaceLineEndings("\n").Split('\n'))
                {
                    _file.WriteLine("    " + PlainText.Escape(line));
                }
            }
        }

        if (level >= LogLevel.Warning && !IsReportedByTheCommand(category))
        {
            _messages.Warn(message);
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
