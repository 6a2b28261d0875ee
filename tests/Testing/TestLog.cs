using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Testing;

/// <summary>Stands for the log of a host: each line goes to <see cref="Take"/>.</summary>
public abstract class TestLog : ILoggerFactory, ILogger
{
    public virtual ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Take(logLevel, eventId, formatter(state, exception));

    public void Dispose() => GC.SuppressFinalize(this);

    protected abstract void Take(LogLevel level, EventId id, string line);
}
