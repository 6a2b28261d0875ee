using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Keeps what is said in a category: how loud, and under which name.</summary>
internal sealed class EventLines(string category) : TestLog
{
    private readonly List<(LogLevel Level, string? Event)> _said = [];

    public IReadOnlyList<(LogLevel Level, string? Event)> Said => _said;

    public string Last { get; private set; } = string.Empty;

    public override ILogger CreateLogger(string categoryName) => categoryName == category ? this : NullLogger.Instance;

    protected override void Take(LogLevel level, EventId id, string line)
    {
        _said.Add((level, id.Name));
        Last = line;
    }
}
