using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Functions.Tests.Rig;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>What the lines of activities are found by in the cloud's log.</summary>
public sealed class LineScopeTests
{
    /// <summary>A part of the run.</summary>
    private const string Instance = "sub-20260520T013000Z-1a2b3c4d-0123456789abcdef0123456789abcdef";

    private static readonly string[] Names =
    [
        .. typeof(Phases).GetFields().Select(static field => (string)field.GetRawConstantValue()!),
    ];

    [Fact]
    public void A_line_has_the_run_and_the_phase_which_moves_with_the_progress()
    {
        using var log = new ScopedLog();
        var line = LineScope.Of(Instance, "VerifyStep");
        var middleware = new ActivityMiddleware(new HostLifetime(), log);
        IProgressSink progress = middleware.ScopeOf(line, "VerifyStep", CancellationToken.None).Progress;
        using (log.BeginScope(line))
        {
            progress.Warn("first");
            progress.Advance("data", 0, 10);
            progress.Warn("second");
        }

        Assert.Equal(
            [
                $"abf.run:20260520T013000Z-1a2b3c4d abf.phase:structure | {Instance}: first",
                $"abf.run:20260520T013000Z-1a2b3c4d abf.phase:data | {Instance}: second",
            ],
            log.Lines
        );
    }

    [Fact]
    public void Every_registered_activity_has_a_phase_and_what_is_not_ours_has_none()
    {
        var registry = new DurableTaskRegistry();
        BackupTasks.Register(registry);
        string[] activities = [.. registry.GetActivities().Select(static activity => activity.Key.Name)];

        Assert.Contains("DumpDatabase", activities);
        Assert.All(activities, name => Assert.Contains(BackupTasks.PhaseOf(name), Names));
        Assert.Single(LineScope.Of("one", "Elsewhere"));
    }

    private sealed class ScopedLog : ILogger<ActivityMiddleware>, IDisposable
    {
        private readonly LoggerExternalScopeProvider _scopes = new();

        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) =>
            _scopes.ForEachScope(
                (scope, text) => Lines.Add($"{string.Join(' ', Parts(scope))} | {text}"),
                formatter(state, exception)
            );

        public void Dispose() { }

        /// <summary>As loggers read them that know fields.</summary>
        private static IEnumerable<string> Parts(object? scope) =>
            ((IEnumerable<KeyValuePair<string, object?>>)scope!).Select(part => $"{part.Key}:{part.Value}");
    }
}
