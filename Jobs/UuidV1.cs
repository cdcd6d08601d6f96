using System.Buffers.Binary;

namespace Heartbeat.Jobs;

/// <summary>Makes time-based UUIDs, version 1 (RFC 9562, 5.1).</summary>
/// <remarks>
/// <para>
/// The node is random with the multicast bit set, as RFC 9562, 6.10 has it for programs that must not show a MAC
/// address; it and the first clock sequence come from a cryptographic source, so that two processes do not share them.
/// </para>
/// <para>
/// No two ids of one generator are alike. A reading that is not later than the last one counts on from it (6.2: clocks
/// are coarse, and many readings are equal); a clock set back by more than <see cref="LargestCountOn"/> changes the
/// clock sequence instead. May be called from any thread.
/// </para>
/// </remarks>
internal sealed class UuidV1
{
    /// <summary>
    /// How far ahead of the clock ids may count on before that is taken for a clock that was set back.
    /// </summary>
    internal static readonly TimeSpan LargestCountOn = TimeSpan.FromSeconds(1);

    /// <summary>
    /// UUID time begins with the Gregorian calendar; it counts 100 ns, as <see cref="DateTime.Ticks"/> does.
    /// </summary>
    private static readonly long Epoch = new DateTime(1582, 10, 15, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ulong _node;
    private long _last;
    private int _clockSequence;

    public UuidV1(TimeProvider time)
    {
        _time = time;
        // A random Guid is made by the system's cryptographic source, which RandomNumberGenerator reaches only through
        // OpenSSL: that would have to be installed. The bytes that hold its version and variant are left out.
        Span<byte> random = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(random, bigEndian: true, out _);
        const ulong Multicast = 1UL << 40;
        _node = BinaryPrimitives.ReadUInt64BigEndian(random[8..]) | Multicast;
        _clockSequence = BinaryPrimitives.ReadUInt16BigEndian(random);
    }

    /// <summary>Makes an id that has not been made before, of the present instant.</summary>
    public Guid Next()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow().UtcTicks - Epoch;
            if (now + LargestCountOn.Ticks < _last)
            {
                _clockSequence++;
                _last = now;
            }
            else
            {
                _last = Math.Max(now, _last + 1);
            }

            return Compose(_last, _clockSequence, _node);
        }
    }

    /// <summary>Lays the fields out as RFC 9562, 5.1 has them.</summary>
    /// <param name="timestamp">Units of 100 ns since 1582-10-15; 60 bits count.</param>
    /// <param name="clockSequence">14 bits count.</param>
    /// <param name="node">48 bits count.</param>
    internal static Guid Compose(long timestamp, int clockSequence, ulong node)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)timestamp);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)(timestamp >> 32));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(((timestamp >> 48) & 0x0FFF) | 0x1000));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], node & 0xFFFF_FFFF_FFFF);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], (ushort)((clockSequence & 0x3FFF) | 0x8000));
        return new Guid(bytes, bigEndian: true);
    }
}
