namespace Edge.Config.Library;

// Source: fdlibm 5.3, k_sin.c, k_cos.c, k_tan.c, e_rem_pio2.c, s_atan.c, e_atan2.c, e_asin.c, e_acos.c.
internal static partial class StrictMath
{
    private const double HalfPiHigh = 1.57079632679489655800e+00;
    private const double HalfPiLow = 6.12323399573676603587e-17;
    private const double QuarterPi = 7.85398163397448278999e-01;

    // Beyond 2^19 pi/2 the reduction would need pi to a thousand bits; the C library's differs in the last bit at most.
    private const double LargestReduced = 823549.6;

    private static ReadOnlySpan<double> TangentCoefficients =>
    [
        3.33333333333334091986e-01, 1.33333333333201242699e-01, 5.39682539762260521377e-02, 2.18694882948595424599e-02,
        8.86323982359930005737e-03, 3.59207910759131235356e-03, 1.45620945432529025516e-03, 5.88041240820264096874e-04,
        2.46463134818469906812e-04, 7.81794442939557092300e-05, 7.14072491382608190305e-05, -1.85586374855275456654e-05,
        2.59073051863633712884e-05,
    ];

    public static double Sin(double x)
    {
        if (!double.IsFinite(x) || Math.Abs(x) > LargestReduced) return Math.Sin(x);
        var quadrant = Reduce(x, out var high, out var low);
        return (quadrant & 3) switch
        {
            0 => SineOf(high, low),
            1 => CosineOf(high, low),
            2 => -SineOf(high, low),
            _ => -CosineOf(high, low),
        };
    }

    public static double Cos(double x)
    {
        if (!double.IsFinite(x) || Math.Abs(x) > LargestReduced) return Math.Cos(x);
        var quadrant = Reduce(x, out var high, out var low);
        return (quadrant & 3) switch
        {
            0 => CosineOf(high, low),
            1 => -SineOf(high, low),
            2 => -CosineOf(high, low),
            _ => SineOf(high, low),
        };
    }

    public static double Tan(double x)
    {
        if (!double.IsFinite(x) || Math.Abs(x) > LargestReduced) return Math.Tan(x);
        var quadrant = Reduce(x, out var high, out var low);
        return TangentOf(high, low, (quadrant & 1) == 0 ? 1 : -1);
    }

    public static double Atan(double x)
    {
        var magnitude = High(Math.Abs(x));
        if (double.IsNaN(x)) return x;
        if (magnitude >= 0x44100000) return x > 0 ? HalfPiHigh + HalfPiLow : -HalfPiHigh - HalfPiLow;
        var (high, low, isNegative) = (0.0, 0.0, x < 0);
        if (magnitude < 0x3FDC0000)
        {
            if (magnitude < 0x3E200000) return x;
        }
        else
        {
            x = Math.Abs(x);
            (x, high, low) = magnitude switch
            {
                < 0x3FE60000 => ((2 * x - 1) / (2 + x), 4.63647609000806093515e-01, 2.26987774529616870924e-17),
                < 0x3FF30000 => ((x - 1) / (x + 1), QuarterPi, 3.06161699786838301793e-17),
                < 0x40038000 => ((x - 1.5) / (1 + 1.5 * x), 9.82793723247329054082e-01, 1.39033110312309984516e-17),
                _ => (-1 / x, HalfPiHigh, HalfPiLow),
            };
        }
        var z = x * x;
        var w = z * z;
        var odd = z * (3.33333333333329318027e-01 + w * (1.42857142725034663711e-01 + w * (9.09088713343650656196e-02
            + w * (6.66107313738753120669e-02 + w * (4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)))));
        var even = w * (-1.99999999998764832476e-01 + w * (-1.11111104054623557880e-01 + w * (-7.69187620504482999495e-02
            + w * (-5.83357013379057348645e-02 + w * -3.65315727442169155270e-02))));
        if (high == 0) return x - x * (odd + even);
        var result = high - (x * (odd + even) - low - x);
        return isNegative ? -result : result;
    }

    public static double Atan2(double y, double x)
    {
        // Zeros, infinities and NaN have exact results.
        if (y == 0 || x == 0 || !double.IsFinite(x) || !double.IsFinite(y)) return Math.Atan2(y, x);
        if (x == 1) return Atan(y);
        const double PiLow = 1.2246467991473531772E-16;
        var difference = (High(Math.Abs(y)) - High(Math.Abs(x))) >> 20;
        var z = difference > 60 ? HalfPiHigh + 0.5 * PiLow : x < 0 && difference < -60 ? 0 : Atan(Math.Abs(y / x));
        return (y < 0, x < 0) switch
        {
            (false, false) => z,
            (true, false) => -z,
            (false, true) => Math.PI - (z - PiLow),
            _ => z - PiLow - Math.PI,
        };
    }

    public static double Asin(double x)
    {
        var absolute = Math.Abs(x);
        if (double.IsNaN(x) || absolute > 1) return double.NaN;
        if (absolute == 1) return x * HalfPiHigh + x * HalfPiLow;
        if (absolute < 0.5) return High(absolute) < 0x3E400000 ? x : x + x * ArcRatio(x * x);
        var t = (1 - absolute) * 0.5;
        var ratio = ArcRatio(t);
        var s = Math.Sqrt(t);
        double result;
        if (High(absolute) >= 0x3FEF3333)
        {
            result = HalfPiHigh - (2 * (s + s * ratio) - HalfPiLow);
        }
        else
        {
            var w = WithoutLow(s);
            var c = (t - w * w) / (s + w);
            var p = 2 * s * ratio - (HalfPiLow - 2 * c);
            result = QuarterPi - (p - (QuarterPi - 2 * w));
        }
        return x > 0 ? result : -result;
    }

    public static double Acos(double x)
    {
        var absolute = Math.Abs(x);
        if (double.IsNaN(x) || absolute > 1) return double.NaN;
        if (absolute == 1) return x > 0 ? 0 : Math.PI + 2 * HalfPiLow;
        if (absolute < 0.5)
            return High(absolute) <= 0x3C600000 ? HalfPiHigh + HalfPiLow : HalfPiHigh - (x - (HalfPiLow - x * ArcRatio(x * x)));
        var z = (1 - absolute) * 0.5;
        var s = Math.Sqrt(z);
        if (x < 0) return Math.PI - 2 * (s + (ArcRatio(z) * s - HalfPiLow));
        var high = WithoutLow(s);
        var c = (z - high * high) / (s + high);
        return 2 * (high + (ArcRatio(z) * s + c));
    }

    // The rational part of the arc sine.
    private static double ArcRatio(double t)
    {
        var p = t * (1.66666666666666657415e-01 + t * (-3.25565818622400915405e-01 + t * (2.01212532134862925881e-01
            + t * (-4.00555345006794114027e-02 + t * (7.91534994289814532176e-04 + t * 3.47933107596021167570e-05)))));
        var q = 1 + t * (-2.40339491173441421878e+00 + t * (2.02094576023350569471e+00 + t * (-6.88283971605453293030e-01
            + t * 7.70381505559019352791e-02)));
        return p / q;
    }

    // x = n pi/2 + high + low, the rest between -pi/4 and pi/4.
    private static int Reduce(double x, out double high, out double low)
    {
        const double Part1 = 1.57079632673412561417e+00, Tail1 = 6.07710050650619224932e-11;
        const double Part2 = 6.07710050630396597660e-11, Tail2 = 2.02226624879595063154e-21;
        const double Part3 = 2.02226624871116645580e-21, Tail3 = 8.47842766036889956997e-32;
        var absolute = Math.Abs(x);
        var word = High(absolute);
        (high, low) = (x, 0);
        if (word <= 0x3FE921FB) return 0;

        // Less than 3/4 pi is one quadrant off, whatever rounding says.
        var n = word < 0x4002D97C ? 1 : (int)(absolute * 6.36619772367581382433e-01 + 0.5);
        var rest = absolute - n * Part1;
        var tail = n * Tail1;
        high = rest - tail;
        // Close to a multiple of pi/2 leading bits cancel, and more of pi is taken in.
        if (n == 1 ? word == 0x3FF921FB : n >= 32 || word == High(n * HalfPiHigh))
        {
            if (n == 1 || Cancelled(word, high) > 16)
            {
                var before = rest;
                tail = n * Part2;
                rest = before - tail;
                tail = n * Tail2 - (before - rest - tail);
                high = rest - tail;
                if (n > 1 && Cancelled(word, high) > 49)
                {
                    before = rest;
                    tail = n * Part3;
                    rest = before - tail;
                    tail = n * Tail3 - (before - rest - tail);
                    high = rest - tail;
                }
            }
        }
        low = rest - high - tail;
        if (x > 0) return n;
        (high, low) = (-high, -low);
        return -n;
    }

    private static int Cancelled(int word, double rest) => (word >> 20) - ((High(rest) >> 20) & 0x7FF);

    private static double SineOf(double x, double y)
    {
        if (High(Math.Abs(x)) < 0x3E400000) return x;
        var z = x * x;
        var v = z * x;
        var r = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * (2.75573137070700676789e-06
            + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
        const double S1 = -1.66666666666666324348e-01;
        return y == 0 ? x + v * (S1 + z * r) : x - (z * (0.5 * y - v * r) - y - v * S1);
    }

    private static double CosineOf(double x, double y)
    {
        var magnitude = High(Math.Abs(x));
        if (magnitude < 0x3E400000) return 1;
        var z = x * x;
        var r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (2.48015872894767294178e-05
            + z * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
        if (magnitude < 0x3FD33333) return 1 - (0.5 * z - (z * r - x * y));
        var quarter = magnitude > 0x3FE90000 ? 0.28125 : WithHigh(0, magnitude - 0x00200000);
        return 1 - quarter - (0.5 * z - quarter - (z * r - x * y));
    }

    // tan(x + y), or with k = -1 its negative reciprocal.
    private static double TangentOf(double x, double y, int k)
    {
        var magnitude = High(Math.Abs(x));
        if (magnitude < 0x3E300000 && k == 1) return x;
        if (magnitude < 0x3E300000) return x + y == 0 ? 1 / Math.Abs(x) : NegativeReciprocal(x + y, x, y);
        var (isLarge, isNegative) = (magnitude >= 0x3FE59428, x < 0);
        if (isLarge)
        {
            if (isNegative) (x, y) = (-x, -y);
            x = QuarterPi - x + (3.06161699786838301793e-17 - y);
            y = 0;
        }
        var t = TangentCoefficients;
        var z = x * x;
        var w = z * z;
        var odd = t[1] + w * (t[3] + w * (t[5] + w * (t[7] + w * (t[9] + w * t[11]))));
        var even = z * (t[2] + w * (t[4] + w * (t[6] + w * (t[8] + w * (t[10] + w * t[12])))));
        var s = z * x;
        var r = y + z * (s * (odd + even) + y);
        r += t[0] * s;
        w = x + r;
        if (isLarge) return (isNegative ? -1 : 1) * (k - 2.0 * (x - (w * w / (w + k) - r)));
        return k == 1 ? w : NegativeReciprocal(w, x, r);
    }

    // -1 / sum, where sum is first + second rounded.
    private static double NegativeReciprocal(double sum, double first, double second)
    {
        var z = WithoutLow(sum);
        var v = second - (z - first);
        var a = -1 / sum;
        var t = WithoutLow(a);
        return t + a * (1 + t * z + t * v);
    }
}
