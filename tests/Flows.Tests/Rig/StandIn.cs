using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>An activity written as a lambda, in the place of one of the product's.</summary>
internal sealed class StandIn<TInput, TOutput>(Func<TInput, CancellationToken, Task<TOutput>> work)
    : FlowActivity<TInput, TOutput>
{
    public override Task<TOutput> RunAsync(TInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        work(input, cancellationToken);
}
