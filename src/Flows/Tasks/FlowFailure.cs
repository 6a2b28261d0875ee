using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// A failure as data: what of an exception crosses a host. Types of exceptions do not survive every host; the
/// properties of <see cref="TaskFailureDetails"/> do.
/// </summary>
/// <param name="Message">The one line for the administrator.</param>
/// <param name="IsRetryable">Trying again may help.</param>
public sealed record FlowFailure(ErrorKind Kind, string Message, bool IsRetryable)
{
    private const string KindProperty = "abfKind";
    private const string MessageProperty = "abfMessage";
    private const string RetryableProperty = "abfRetryable";

    /// <summary>In characters; each is at most six bytes of JSON.</summary>
    private const int MaxMessage = 4000;

    private static readonly FlowConverter Text = new(TaskJson.Default);

    /// <summary>The work stopped because its host stops: it is to run again, and this counts as no attempt.</summary>
    public bool IsInterruption => Kind is ErrorKind.Cancelled && IsRetryable;

    /// <summary>
    /// What an exception means, whichever host threw it. A message is cut where no history would take it: part of it may
    /// be what a server said.
    /// </summary>
    public static FlowFailure From(Exception exception)
    {
        FlowFailure failure = Of(exception);
        return failure.Message.Length <= MaxMessage
            ? failure
            : failure with
            {
                Message = failure.Message[..MaxMessage] + " ...",
            };
    }

    private static FlowFailure Of(Exception exception) =>
        exception switch
        {
            TaskFailedException e => From(e.FailureDetails),
            FlowException e => e.Failure,
            InterruptedException e => new FlowFailure(ErrorKind.Cancelled, e.Message, IsRetryable: true),
            PermanentException e => new FlowFailure(e.Kind, e.Message, IsRetryable: false),
            TransientException e => new FlowFailure(e.Kind, e.Message, IsRetryable: true),
            AbfException e => new FlowFailure(e.Kind, e.Message, IsRetryable: false),
            // Who may not write here may not a minute later.
            UnauthorizedAccessException or UnsafeEntryException => Unexpected(exception, isRetryable: false),
            OperationCanceledException e => new FlowFailure(ErrorKind.Cancelled, e.Message, IsRetryable: false),
            _ => Unexpected(exception, isRetryable: true),
        };

    /// <summary>
    /// What arrived, whatever a host wrapped around it. A failure of the host itself may pass if the work is done
    /// again.
    /// </summary>
    public static FlowFailure From(TaskFailureDetails details)
    {
        ArgumentNullException.ThrowIfNull(details);
        TaskFailureDetails innermost = details;
        for (TaskFailureDetails? d = details; d is not null; d = d.InnerFailure)
        {
            innermost = d;
            if (TryRead(d.Properties) is { } failure)
            {
                return failure;
            }
        }

        return new FlowFailure(
            ErrorKind.Unexpected,
            $"{innermost.ErrorType}: {innermost.ErrorMessage}",
            IsRetryable: true
        );
    }

    /// <summary>As strings alone: some hosts turn numbers into other numbers.</summary>
    public IDictionary<string, object?> ToProperties() =>
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [KindProperty] = Kind.ToString(),
            [MessageProperty] = Message,
            [RetryableProperty] = IsRetryable ? "yes" : "no",
        };

    /// <summary>As an activity's or a sub-orchestration's failure.</summary>
    public TaskFailureDetails ToDetails() =>
        new(typeof(FlowFailure).FullName!, Message, StackTrace: null, InnerFailure: null, ToProperties());

    /// <summary>
    /// One line that <see cref="TryFind"/> finds again, within whatever text a host makes of an exception.
    /// </summary>
    public string ToText() => Text.Write(this);

    /// <summary>Finds what <see cref="ToText"/> wrote; null: it is not there.</summary>
    public static FlowFailure? TryFind(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = text.IndexOf('{', StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text[start..]));
            return JsonSerializer.Deserialize(ref reader, TaskJson.Default.FlowFailure);
        }
        catch (JsonException)
        {
            return null; // Another text with a brace in it, or cut short on its way: it is shown as it came.
        }
    }

    private static FlowFailure Unexpected(Exception exception, bool isRetryable) =>
        new(ErrorKind.Unexpected, $"{exception.GetType().Name}: {exception.Message}", isRetryable);

    private static FlowFailure? TryRead(IDictionary<string, object?>? properties) =>
        properties is not null
        && properties.TryGetValue(KindProperty, out object? kind)
        && Enum.TryParse(kind?.ToString(), out ErrorKind known)
        && properties.TryGetValue(MessageProperty, out object? message)
        && properties.TryGetValue(RetryableProperty, out object? retryable)
            ? new FlowFailure(known, message?.ToString() ?? string.Empty, retryable?.ToString() == "yes")
            : null;
}
