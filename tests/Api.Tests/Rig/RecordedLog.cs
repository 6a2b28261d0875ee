using System.Collections.Concurrent;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Api.Tests.Rig;

/// <summary>What was logged, line by line.</summary>
internal sealed class RecordedLog : TestLog
{
    public ConcurrentQueue<string> Lines { get; } = [];

    protected override void Take(LogLevel level, EventId id, string line) => Lines.Enqueue(line);
}
