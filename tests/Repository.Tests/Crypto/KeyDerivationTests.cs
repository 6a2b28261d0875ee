using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

public sealed class KeyDerivationTests
{
    private static readonly KdfDocument Cheap = new(KeyDerivation.Name, 8_192, 1, 1, new byte[KeyDerivation.SaltSize]);

    [Fact]
    public void A_key_that_is_kept_is_the_one_that_is_derived()
    {
        byte[] first = KeyDerivation.Derive("one"u8, Cheap);
        byte[] copy = [.. first];
        Array.Clear(first);
        Assert.Equal(copy, KeyDerivation.Derive("one"u8, Cheap));

        // More than are kept, each of them another key.
        byte[][] others =
        [
            KeyDerivation.Derive("two"u8, Cheap),
            KeyDerivation.Derive("one "u8, Cheap),
            KeyDerivation.Derive("one"u8, Cheap with { Iterations = 2 }),
            KeyDerivation.Derive("one"u8, Cheap with { MemoryKiB = 16_384 }),
            KeyDerivation.Derive("one"u8, Cheap with { Salt = [1, .. new byte[KeyDerivation.SaltSize - 1]] }),
        ];
        Assert.Equal(6, others.Append(copy).Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(copy, KeyDerivation.Derive("one"u8, Cheap));
    }

    [Fact]
    [Trait("needs", "linux")]
    public void Too_little_memory_is_a_permanent_fault_that_says_how_much_is_needed()
    {
        Assert.SkipWhen(
            File.ReadAllText("/proc/sys/vm/overcommit_memory").Trim() == "1",
            "the kernel of this machine promises any amount of memory"
        );

        // 2 TiB, which no machine gives at once.
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            KeyDerivation.Derive("one"u8, Cheap with { MemoryKiB = int.MaxValue })
        );

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.Contains("needs 2097151 MiB of memory", fault.Message, StringComparison.Ordinal);
    }
}
