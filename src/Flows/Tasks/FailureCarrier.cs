using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// Around every flow: what it throws leaves it as a <see cref="TaskFailedException"/> that carries kind, message and
/// whether trying again may help. The Functions host keeps the properties of such an exception alone, and these for
/// whoever waits in a flow: of an instance that ended it keeps the text.
/// </summary>
internal sealed class FailureCarrier(ITaskOrchestrator flow) : ITaskOrchestrator
{
    public Type InputType => flow.InputType;

    public Type OutputType => flow.OutputType;

    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        try
        {
            return await flow.RunAsync(context, input);
        }
        catch (Exception e) when (e is AbfException or TaskFailedException)
        {
            var failure = FlowFailure.From(e);
            throw new TaskFailedException(
                context.Name.Name,
                taskId: -1,
                failure.ToDetails() with
                {
                    ErrorMessage = failure.ToText(),
                }
            );
        }
    }
}
