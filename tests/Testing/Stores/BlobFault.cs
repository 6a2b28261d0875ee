using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>One call to a store, as a fault plan sees it.</summary>
/// <param name="Number">1 for the first call to the store, whatever its verb.</param>
/// <param name="Verb">What was asked.</param>
/// <param name="Name">The blob, or a listing's prefix.</param>
public readonly record struct BlobCall(int Number, BlobVerb Verb, string Name)
{
    public override string ToString() => $"call {Number}: {Verb} {Name}";
}

/// <summary>What goes wrong with a call. The parts add up: a delay, then the fault.</summary>
public sealed record BlobFault
{
    /// <summary>Nothing reaches the store.</summary>
    public bool FailBefore { get; init; }

    /// <summary>The store does what was asked, and the answer is lost.</summary>
    public bool FailAfter { get; init; }

    /// <summary>Trying again cannot help: a <see cref="PermanentException"/>, else a <see
    /// cref="TransientException"/>.</summary>
    public bool Permanent { get; init; }

    /// <summary>
    /// Only the first half, and no word of it: of the bytes that are read or written, as a store that lost the end of a
    /// blob would have them, or of the blobs that are listed, but at least one.
    /// </summary>
    public bool Truncate { get; init; }

    /// <summary>How long the call waits first.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Called at the fault, in place of failing: a crash test ends its process here.</summary>
    public Action<BlobCall>? Act { get; init; }
}
