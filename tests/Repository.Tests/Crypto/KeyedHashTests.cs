using System.Security.Cryptography;
using AlfrescoBackupFlows.Repository.Crypto;
using Xunit;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

public sealed class KeyedHashTests
{
    [Fact]
    public void Many_threads_get_the_hash_that_the_standard_defines()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        KeyedHash hash = new(key);

        Parallel.For(
            0,
            2_000,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            turn =>
            {
                byte[] bytes = new byte[turn];
                byte[] computed = new byte[KeyedHash.Size];
                hash.Compute(bytes, computed);
                Assert.Equal(HMACSHA256.HashData(key, bytes), computed);
            }
        );
    }
}
