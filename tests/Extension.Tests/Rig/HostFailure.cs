using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Worker;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// What an activity's exception is when it has crossed from the worker into the Functions host: text.
/// </summary>
internal static class HostFailure
{
    /// <summary>The worker's own way to write it, which no public type offers.</summary>
    private static readonly Type Written = typeof(DurableClientAttribute).Assembly.GetType(
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Exceptions.DurableSerializationException",
        throwOnError: true
    )!;

    public static Exception Of(Exception thrown, IExceptionPropertiesProvider properties)
    {
        var written = (Exception)
            Activator.CreateInstance(
                Written,
                BindingFlags.Instance | BindingFlags.NonPublic,
                binder: null,
                [thrown, properties],
                culture: null
            )!;
        return new HostException($"Result: Failure\nException: {written}\nStack: {written.StackTrace}");
    }

    private sealed class HostException(string message) : Exception(message);
}
