using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>Keeps the lines that get through the filters, each after its category.</summary>
internal sealed class HeardLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Heard(categoryName, _lines);

    public void Dispose() { }

    private sealed class Heard(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Enqueue($"{category} {logLevel}: {formatter(state, exception)}");
    }
}
