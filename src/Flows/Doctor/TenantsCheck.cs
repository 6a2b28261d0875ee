using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Every directory that a tenant has for its content is captured.</summary>
internal sealed class TenantsCheck : ICheck
{
    public string Id => TenantStores.Id;

    public string Why => "the tenant's documents are in no set";

    /// <summary>The dump says it, of its own snapshot.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(TenantStores.Judge(subject.Installation, subject.Database?.TenantRoots ?? []));
}
