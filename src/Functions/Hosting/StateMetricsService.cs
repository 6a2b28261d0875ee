using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Monitoring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// Keeps the gauges of the repository while the worker lives. How the last backup ended is counted by
/// <c>abf.runs</c>: no single worker knows it.
/// </summary>
internal sealed class StateMetricsService(FlowEnvironment environment, ILogger<StateMetricsService> logger)
    : IHostedService,
        IAsyncDisposable
{
    private FactsKeeper? _facts;
    private StateMetrics? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var look = new RepositoryGauge(environment);
        _facts = new FactsKeeper(
            look.ReadAsync,
            look.MeasureUnusedAsync,
            UnusedMemory.Of(environment),
            environment.Time,
            fault => Logs.NotMeasured(logger, fault)
        );
        _metrics = new StateMetrics(_facts, lastRun: () => null, environment.Time);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        _metrics?.Dispose();
        await (_facts?.DisposeAsync() ?? default);
        _facts = null;
    }
}
