using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

public sealed class CrossingFailureTests
{
    private static readonly FlowFailure Failure = new(ErrorKind.Source, "two\nlines: with \"quotes\"", IsRetryable: false);

    [Fact]
    public void A_failure_is_found_however_deep_the_host_wraps_it()
    {
        var details = new TaskFailureDetails(
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
            "Exception while executing function: Functions.DumpDatabase",
            null,
            new TaskFailureDetails("System.Exception", CrossingFailure.Of(Failure).Message, null, null, null),
            null);

        Assert.Equal(Failure, CrossingFailure.Read(details));
    }

    [Fact]
    public void A_failure_is_found_within_the_text_that_the_host_makes_of_it()
    {
        string text = $"Result: Failure\nException: AlfrescoBackupFlows.Functions.CrossingFailure: {CrossingFailure.Of(Failure).Message}\nStack:    at Somewhere";

        Assert.Equal(Failure, CrossingFailure.Read(new TaskFailureDetails("(unknown)", text, null, null, null)));
    }

    /// <summary>As the Durable extension does with what a worker throws: the type ends at the first colon and blank, the message at the line's end.</summary>
    [Fact]
    public void A_failure_survives_being_cut_into_type_and_message()
    {
        string thrown = CrossingFailure.Of(Failure).Message;
        string[] parts = thrown.Split(": ", 2);
        TaskFailureDetails bare = parts.Length == 1
            ? new TaskFailureDetails("(unknown)", thrown, null, null, null)
            : new TaskFailureDetails(parts[0], parts[1], null, null, null);
        string[] withType = $"{typeof(CrossingFailure).FullName}: {thrown}".Split(": ", 2);

        Assert.Equal(Failure, CrossingFailure.Read(bare));
        Assert.Equal(Failure, CrossingFailure.Read(new TaskFailureDetails(withType[0], withType[1], null, null, null)));
    }

    [Fact]
    public void A_failure_of_the_host_itself_may_be_tried_again()
    {
        FlowFailure failure = CrossingFailure.Read(new TaskFailureDetails("System.TimeoutException", "the function timed out", null, null, null));

        Assert.Equal(new FlowFailure(ErrorKind.Unexpected, "System.TimeoutException: the function timed out", IsRetryable: true), failure);
    }

    [Fact]
    public void What_was_cut_short_on_its_way_is_shown_as_it_came()
    {
        string text = CrossingFailure.Of(Failure).Message[..40];

        Assert.Equal(ErrorKind.Unexpected, CrossingFailure.Read(new TaskFailureDetails("E", text, null, null, null)).Kind);
    }
}
