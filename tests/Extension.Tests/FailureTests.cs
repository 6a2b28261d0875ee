using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests;

/// <summary>
/// Kind, text and whether trying again may help, of a failure that crosses the extension: to a flow that catches it,
/// and to whoever asks later.
/// </summary>
public sealed class FailureTests : IAsyncDisposable
{
    private const string Text = "'C:\\Büro \"alt\"': gone: {\"a\": [1]}\nException: none\nStack: none — 改";

    private readonly LambdaFlows _flows = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private TestEngine? _engine;

    public static TheoryData<bool> Transient => [true, false];

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task The_failure_of_an_activity_reaches_the_flow_whole(bool transient)
    {
        FlowFailure? caught = null;
        _flows
            .Activity("Fail", _ => throw Fault(transient))
            .Flow(
                async (context, _) =>
                    (caught = await CatchAsync(context.CallActivityAsync<int>("Fail", 0))) is null ? 0 : 1
            );

        Assert.Equal("1", (await RunAsync()).Result);
        Assert.Equal(new FlowFailure(ErrorKind.Source, Text, transient), caught);
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task The_failure_of_a_sub_orchestration_reaches_the_flow_whole(bool transient)
    {
        FlowFailure? caught = null;
        _flows
            .ChildFlow((_, _) => throw Fault(transient))
            .Flow(
                async (context, _) =>
                    (caught = await CatchAsync(context.CallSubOrchestratorAsync<int>(LambdaFlows.Child, 0))) is null
                        ? 0
                        : 1
            );

        Assert.Equal("1", (await RunAsync()).Result);
        Assert.Equal(new FlowFailure(ErrorKind.Source, Text, transient), caught);
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task The_failure_of_a_sub_orchestration_s_activity_reaches_the_flow_whole(bool transient)
    {
        FlowFailure? caught = null;
        _flows
            .Activity("Fail", _ => throw Fault(transient))
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Fail", x))
            .Flow(
                async (context, _) =>
                    (caught = await CatchAsync(context.CallSubOrchestratorAsync<int>(LambdaFlows.Child, 0))) is null
                        ? 0
                        : 1
            );

        Assert.Equal("1", (await RunAsync()).Result);
        Assert.Equal(new FlowFailure(ErrorKind.Source, Text, transient), caught);
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task The_failure_of_a_flow_is_told_whole_when_it_has_ended(bool transient)
    {
        _flows.Flow((_, _) => throw Fault(transient));

        Assert.Equal(new FlowFailure(ErrorKind.Source, Text, transient), (await RunAsync()).Failure);
    }

    [Fact]
    public async Task A_failure_with_more_text_than_a_table_takes_is_told_as_far_as_anybody_reads()
    {
        string text = string.Concat(Enumerable.Repeat("not valid: 'ä'\n", 10_000));
        _flows
            .Activity("Fail", _ => throw new PermanentException(ErrorKind.Configuration, text))
            .Flow((context, x) => context.CallActivityAsync<int>("Fail", x));

        FlowFailure expected = new(ErrorKind.Configuration, $"{text[..4000]} ...", IsRetryable: false);
        Assert.Equal(expected, (await RunAsync()).Failure);
    }

    /// <summary>The framework's own text: a bug is nothing that the administrator has to read.</summary>
    [Fact]
    public async Task What_nobody_foresaw_is_told_in_the_words_of_the_framework()
    {
        _flows.Flow((_, _) => throw new InvalidOperationException("a bug"));

        FlowFailure failure = (await RunAsync()).Failure!;

        Assert.Equal((ErrorKind.Unexpected, false), (failure.Kind, failure.IsRetryable));
        Assert.Equal("System.InvalidOperationException: a bug", failure.Message);
    }

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static AbfException Fault(bool transient) =>
        transient ? new TransientException(ErrorKind.Source, Text) : new PermanentException(ErrorKind.Source, Text);

    private static async Task<FlowFailure?> CatchAsync(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (TaskFailedException e)
        {
            return FlowFailure.From(e);
        }
    }

    private async Task<FlowInstance> RunAsync()
    {
        _engine = await TestEngine.OpenAsync(_flows.Register, LambdaFlows.Converter);
        await _engine.StartAsync(LambdaFlows.Main, 1, "one");
        return await _engine.WaitForEndAsync("one", _token);
    }
}
