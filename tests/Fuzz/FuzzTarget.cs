using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Fuzz;

/// <summary>
/// A parser of bytes that somebody else wrote. Its contract: it returns, or throws an error that is meant for people,
/// and takes no more memory than the bytes are worth.
/// </summary>
/// <param name="Name">Of the target, and of its directory in the corpus.</param>
/// <param name="Parse">One run. Whatever it throws but an <see cref="AbfException"/> is a fault.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Parse)
{
    /// <summary>What a run may allocate, whatever the input says; in bytes.</summary>
    public long Base { get; init; } = 4 << 20;

    /// <summary>What it may allocate besides, for each byte of the input.</summary>
    public long PerByte { get; init; } = 2048;

    /// <summary>Inputs that a short run tries; fewer where each one needs a file.</summary>
    public int ShortRun { get; init; } = 2000;

    /// <summary>The longest input that is made of others, in bytes.</summary>
    public int MaxLength { get; init; } = 16 * 1024;

    /// <exception cref="FuzzFaultException">The contract is broken.</exception>
    public void Run(byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Parse(input);
        }
        catch (AbfException e) when (!e.Message.Contains('\n', StringComparison.Ordinal))
        {
            // What a reader must say, in one line.
        }
#pragma warning disable CA1031 // Whatever else is thrown is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new FuzzFaultException(this, input, $"threw {e.GetType().Name}: {e.Message}", e);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > Base + (PerByte * input.Length))
        {
            throw new FuzzFaultException(this, input, $"allocated {allocated} bytes for {input.Length}", null);
        }
    }

    public override string ToString() => Name;
}

/// <summary>A broken contract, with the input that shows it.</summary>
internal sealed class FuzzFaultException(FuzzTarget target, byte[] input, string what, Exception? inner)
    : Exception($"{target.Name} {what}; input (base64): {Convert.ToBase64String(input)}", inner)
{
    public byte[] Input { get; } = input;
}
