using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Keeps what is said in a category: how loud, and under which name.</summary>
internal sealed class EventLines(string category) : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string? Event)> _said = [];

    public IReadOnlyList<(LogLevel Level, string? Event)> Said => _said;

    public string Last { get; private set; } = string.Empty;

    public ILogger CreateLogger(string categoryName) => categoryName == category ? this : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        _said.Add((logLevel, eventId.Name));
        Last = formatter(state, exception);
    }

    public void Dispose() { }
}
