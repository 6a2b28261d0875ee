using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>What the functions of <see cref="NamedFunctions"/> do: have the worker do it.</summary>
public abstract class FunctionBase
{
    internal WorkerFunctions Worker { get; set; } = null!;

    public Task<string> RunFlow(string name, string context) => Task.FromResult(Worker.RunFlow(name, context));

    public Task<object?> RunActivity(string name, IDurableActivityContext context) =>
        Worker.RunActivityAsync(name, context);

    /// <summary>Gives them their worker.</summary>
    internal sealed class Activator(WorkerFunctions worker) : IJobActivator
    {
        public T CreateInstance<T>()
        {
            T instance = System.Activator.CreateInstance<T>();
            ((FunctionBase)(object)instance!).Worker = worker;
            return instance;
        }
    }
}

/// <summary>A function that does nothing but be given a client, as those of the cloud host are.</summary>
public static class ClientFunction
{
    public const string Name = "GetClient";

    /// <param name="client">Where the extension listens, as JSON.</param>
    [NoAutomaticTrigger]
    [FunctionName(Name)]
#pragma warning disable DF0203 // As a worker is given it.
    public static void Run([DurableClient] string client, Action<string> taken) => taken(client);
#pragma warning restore DF0203
}
