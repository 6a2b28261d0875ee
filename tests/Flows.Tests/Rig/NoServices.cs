namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>For activities that are there already.</summary>
internal sealed class NoServices : IServiceProvider
{
    public static readonly NoServices Instance = new();

    public object? GetService(Type serviceType) => null;
}
