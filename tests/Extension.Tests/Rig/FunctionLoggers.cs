using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// Hands on what a function says as the Functions host does: under the function's own category, whatever the line's was,
/// and not at all outside of one.
/// </summary>
internal sealed class FunctionLoggers : ILoggerFactory, ILogger
{
    private readonly AsyncLocal<string?> _function = new();

    /// <summary>The host's; until it is there nothing is heard.</summary>
    public ILoggerFactory? Host { get; set; }

    /// <summary>Holds for the calling asynchronous method and what it calls, and ends with it.</summary>
    public void Enter(string function) => _function.Value = function;

    public ILogger CreateLogger(string categoryName) => this;

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
        if (_function.Value is { } function)
        {
            Host?.CreateLogger($"Function.{function}.User").Log(logLevel, eventId, state, exception, formatter);
        }
    }

    public void Dispose() { }
}
