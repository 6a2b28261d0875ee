using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>Turns what the SDK throws into what an administrator can act on. Messages name account, container and
/// setting, never a key or signature.</summary>
internal static class AzureFaults
{
    public static bool IsExpected(Exception exception, CancellationToken cancellationToken) =>
        exception switch
        {
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            RequestFailedException or AuthenticationFailedException or IOException or HttpRequestException => true,
            // What the SDK throws when its last try has failed.
            AggregateException aggregate => aggregate.InnerExceptions.All(inner =>
                inner is RequestFailedException or IOException or HttpRequestException or OperationCanceledException
            ),
            _ => IsOdd(exception),
        };

    /// <summary>What the SDK throws where an answer is not one of the service: it has no error of its own for that, and
    /// there is nothing else in its calls that could fail.</summary>
    private static bool IsOdd(Exception exception) =>
        exception
            is not (
                AbfException
                or OutOfMemoryException
                or OperationCanceledException
                or AggregateException
                or IOException
                or HttpRequestException
            );

    /// <summary>An answer that no service of this kind gives.</summary>
    public static PermanentException Odd(AzureContainer container, string doing, string why) =>
        Permanent($"{container.Location.Shown} does not answer as Azure does, could not {doing}: {why}", null);

    public static bool IsAbsentBlob(RequestFailedException exception) =>
        exception.Status == 404 && !IsAbsentContainer(exception.ErrorCode);

    /// <summary>A policy or a legal hold keeps the blob.</summary>
    public static bool IsImmutable(RequestFailedException exception) =>
        exception is { Status: 409, ErrorCode: "BlobImmutableDueToPolicy" or "BlobImmutableDueToLegalHold" };

    public static AbfException Translate(Exception exception, AzureContainer container, string doing) =>
        exception switch
        {
            AggregateException { InnerExceptions: [.., RequestFailedException last] } => FromStatus(
                last,
                container,
                doing
            ),
            RequestFailedException failed => FromStatus(failed, container, doing),
            AuthenticationFailedException => Permanent(
                $"no usable credential for {container.Location.Shown} was found: {FirstLine(exception)} Check {container.Credential}",
                exception
            ),
            _ when IsOdd(exception) => Permanent(
                $"{container.Location.Shown} does not answer as Azure does, could not {doing} ({FirstLine(exception)}); check the URL, and what stands between",
                exception
            ),
            AggregateException { InnerException: { } inner } => Unreachable(container, doing, inner),
            _ => Unreachable(container, doing, exception),
        };

    private static AbfException FromStatus(RequestFailedException failed, AzureContainer container, string doing)
    {
        AzureLocation location = container.Location;
        string code = $"{failed.Status} {failed.ErrorCode}".TrimEnd();
        return failed.Status switch
        {
            404 when IsAbsentContainer(failed.ErrorCode) => Permanent(
                $"the container '{location.Container}' of account '{location.Account}' does not exist ({code}); create it, or correct the URL",
                failed
            ),
            401 or 403 => Permanent(
                $"account '{location.Account}' refused to {doing} in container '{location.Container}' ({code}); check {container.Credential}",
                failed
            ),
            409 when failed.ErrorCode == "BlobImmutableDueToPolicy" => Permanent(
                $"an immutability policy of container '{location.Container}' refused to {doing} ({code}); it ends at its date",
                failed
            ),
            0 or 408 or 429 or >= 500 => Unreachable(container, doing, failed),
            _ => Permanent(
                $"account '{location.Account}' could not {doing} in container '{location.Container}' ({code})",
                failed
            ),
        };
    }

    private static bool IsAbsentContainer(string? code) =>
        code == BlobErrorCode.ContainerNotFound
        || code == BlobErrorCode.ContainerBeingDeleted
        || code == BlobErrorCode.ContainerDisabled;

    private static TransientException Unreachable(AzureContainer container, string doing, Exception exception)
    {
        string why = exception is RequestFailedException { Status: > 0 } failed
            ? $"{failed.Status} {failed.ErrorCode}".TrimEnd()
            : FirstLine(exception);
        return new TransientException(
            ErrorKind.Storage,
            $"repository.url: {container.Location.Shown} is unreachable, could not {doing} ({why}); check the host name, the network and the service's state",
            exception
        );
    }

    private static PermanentException Permanent(string message, Exception? exception) =>
        new(ErrorKind.Storage, $"repository.url: {message}", exception);

    private static string FirstLine(Exception exception) => PlainText.Excerpt(exception.Message.Split('\n')[0].Trim());
}
