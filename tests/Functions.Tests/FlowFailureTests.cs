using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>The forms in which hosts hand on what a flow or an activity threw.</summary>
public sealed class FlowFailureTests
{
    private static readonly FlowFailure Failure = new(
        ErrorKind.Source,
        "two\nlines: with \"quotes\" and {braces}",
        IsRetryable: false
    );

    [Fact]
    public void A_failure_is_found_however_deep_a_host_wraps_it()
    {
        var wrapped = new TaskFailureDetails(
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
            "Exception while executing function: Functions.DumpDatabase",
            null,
            Failure.ToDetails(),
            null
        );

        Assert.Equal(Failure, FlowFailure.From(wrapped));
    }

    /// <summary>The Durable extension with Azure Storage knows no details of an instance that ended.</summary>
    [Fact]
    public void A_failure_is_found_within_the_text_of_an_instance_that_ended()
    {
        InstanceState state = Describe(
            "Microsoft.DurableTask.TaskFailedException: Task 'HotBackupFlow' (#-1) failed with an unhandled exception: "
                + Failure.ToText()
        );

        Assert.Equal((InstancePhase.Failed, Failure), (state.Phase, state.Failure));
    }

    [Theory]
    [InlineData("System.InvalidOperationException: a bug")]
    [InlineData("System.FormatException: no such {0} here")]
    public void Another_text_of_an_instance_that_ended_is_shown_as_it_came(string text) =>
        Assert.Equal(new FlowFailure(ErrorKind.Unexpected, text, IsRetryable: false), Describe(text).Failure);

    [Fact]
    public void What_was_cut_short_on_its_way_is_shown_as_it_came()
    {
        string text = Failure.ToText()[..40];

        Assert.Equal(text, Describe(text).Failure!.Message);
    }

    [Fact]
    public void A_failure_of_the_host_itself_may_be_tried_again()
    {
        var timeout = new TaskFailureDetails("System.TimeoutException", "the function timed out", null, null, null);

        Assert.Equal(
            new FlowFailure(ErrorKind.Unexpected, "System.TimeoutException: the function timed out", IsRetryable: true),
            FlowFailure.From(timeout)
        );
    }

    private static InstanceState Describe(string output) =>
        DurableInstances.Describe(
            new OrchestrationMetadata("HotBackupFlow", "one")
            {
                RuntimeStatus = OrchestrationRuntimeStatus.Failed,
                SerializedOutput = output,
            }
        );
}
