// @ts-nocheck  Conditions count as numbers here, as they do in the engine.
// Made by `python -m viz.webpage` from the table of operations: do not edit.
// Of each row: what it computes of its operands, and of each operand slot the local gradient by (out, ...operands);
// a number, a function, or null where no gradient flows. `gates` tells which local gradients let the upstream gradient
// pass (true) or stop it. Functions give their answer in an array.
function power(base, exponent) {
  if (exponent == 0 || base == 1) return 1; // also of true and false; JavaScript: 1 ** NaN is NaN
  if (base === -1 && Math.abs(exponent) === Infinity) return 1;
  return base ** exponent;
}
function remainder(a, b) { // of the divisor's sign
  const r = a % b;
  if (r === 0) return b < 0 ? -0 : 0;
  return r < 0 !== b < 0 ? r + b : r;
}
function floorDivide(a, b) {
  if (b == 0) return a / b; // also of false
  const r = a % b;
  const quotient = (a - r) / b - (r !== 0 && r < 0 !== b < 0 ? 1 : 0);
  const below = Math.floor(quotient);
  return quotient === 0 ? 0 * (a / b) : quotient - below > 0.5 ? below + 1 : below;
}
function rint(a) { // halves to even numbers
  const below = Math.floor(a);
  if (a - below !== 0.5) return a < 0 ? -Math.round(-a) : Math.round(a);
  const even = below % 2 === 0 ? below : below + 1;
  return even === 0 ? 0 * a : even; // of -0.5 it is -0
}
function logaddexp(a, b) {
  if (a === b) return a + Math.LN2;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}
function logaddexp2(a, b) {
  if (a === b) return a + 1;
  return Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) / Math.LN2;
}
function copysign(a, b) {
  const isNegative = b < 0 || Object.is(+b, -0);
  return isNegative ? -Math.abs(a) : Math.abs(a);
}
function sinc(a) {
  return a == 0 ? 1 : Math.sin(Math.PI * a) / (Math.PI * a);
}
function erfc(x) {
  if (x < 1) { // 1 less Kummer's series for erf
    if (x < -6) return 2;
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = x < 2 ? 500 : 100; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}
function erf(x) {
  if (x !== x) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) { // Kummer's series, all terms of one sign
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0; // the continued fraction of the complement
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (a + fraction)));
}
function greater_forward(operands_0, operands_1) {
  const recorded = operands_0 > operands_1;
  return [+recorded];
}
function greater_equal_forward(operands_0, operands_1) {
  const recorded = operands_0 >= operands_1;
  return [+recorded];
}
function less_forward(operands_0, operands_1) {
  const recorded = operands_0 < operands_1;
  return [+recorded];
}
function less_equal_forward(operands_0, operands_1) {
  const recorded = operands_0 <= operands_1;
  return [+recorded];
}
function equal_forward(operands_0, operands_1) {
  const recorded = operands_0 == operands_1;
  return [+recorded];
}
function not_equal_forward(operands_0, operands_1) {
  const recorded = operands_0 != operands_1;
  return [+recorded];
}
function logical_not_forward(operands_0) {
  const recorded = operands_0 == 0;
  return [+recorded];
}
function logical_and_forward(operands_0, operands_1) {
  const recorded = operands_0 != 0 && operands_1 != 0;
  return [+recorded];
}
function logical_or_forward(operands_0, operands_1) {
  const recorded = operands_0 != 0 || operands_1 != 0;
  return [+recorded];
}
function sign_forward(operands_0) {
  const recorded = Math.sign(operands_0) + 0;
  return [+recorded];
}
function floor_forward(operands_0) {
  const recorded = Math.floor(operands_0);
  return [+recorded];
}
function ceil_forward(operands_0) {
  const recorded = Math.ceil(operands_0);
  return [+recorded];
}
function trunc_forward(operands_0) {
  const recorded = Math.trunc(operands_0);
  return [+recorded];
}
function rint_forward(operands_0) {
  const recorded = rint(operands_0);
  return [+recorded];
}
function floor_divide_forward(operands_0, operands_1) {
  const recorded = floorDivide(operands_0, operands_1);
  return [+recorded];
}
function heaviside_forward(operands_0, operands_1) {
  const recorded = operands_0 == 0 ? operands_1 : operands_0 > 0 ? 1 : operands_0 < 0 ? 0 : NaN;
  return [+recorded];
}
function heaviside_local_1(out, a, at_zero) {
  const value = a == 0;
  return [+value];
}
function add_forward(operands_0, operands_1) {
  const recorded = operands_0 + operands_1;
  return [+recorded];
}
function subtract_forward(operands_0, operands_1) {
  const recorded = operands_0 - operands_1;
  return [+recorded];
}
function multiply_forward(operands_0, operands_1) {
  const recorded = operands_0 * operands_1;
  return [+recorded];
}
function multiply_local_0(out, a, b) {
  return [b];
}
function multiply_local_1(out, a, b) {
  return [a];
}
function divide_forward(operands_0, operands_1) {
  const recorded = operands_0 / operands_1;
  return [+recorded];
}
function divide_local_0(out, a, b) {
  const value = 1 / b;
  return [+value];
}
function divide_local_1(out, a, b) {
  const v1 = -out;
  const value = v1 / b;
  return [+value];
}
function positive_forward(operands_0) {
  return [operands_0];
}
function negative_forward(operands_0) {
  const recorded = -operands_0;
  return [+recorded];
}
function remainder_forward(operands_0, operands_1) {
  const recorded = remainder(operands_0, operands_1);
  return [+recorded];
}
function remainder_local_1(out, a, b) {
  const v1 = floorDivide(a, b);
  const value = -v1;
  return [+value];
}
function fmod_forward(operands_0, operands_1) {
  const recorded = operands_0 % operands_1;
  return [+recorded];
}
function fmod_local_1(out, a, b) {
  const v1 = a / b;
  const v2 = Math.trunc(v1);
  const value = -v2;
  return [+value];
}
function copysign_forward(operands_0, operands_1) {
  const recorded = copysign(operands_0, operands_1);
  return [+recorded];
}
function copysign_local_0(out, a, b) {
  const v1 = Math.sign(a) + 0;
  const v2 = copysign(1, b);
  const value = v1 * v2;
  return [+value];
}
function power_forward(operands_0, operands_1) {
  const recorded = power(operands_0, operands_1);
  return [+recorded];
}
function power_local_0(out, base, exponent) {
  const v1 = exponent == 0;
  const v2 = base < 0;
  const v3 = base > 0;
  const v4 = v2 != 0 || v3 != 0;
  const v5 = v4 == 0;
  const flat = v1 != 0 && v5 != 0;
  const v6 = exponent - 1;
  const v7 = flat != 0 ? 0 : v6;
  const v8 = power(base, v7);
  const power_by_base = exponent * v8;
  return [+power_by_base];
}
function power_local_1(out, base, exponent) {
  const v1 = base == 0;
  const v2 = exponent >= 0;
  const flat = v1 != 0 && v2 != 0;
  const v3 = flat != 0 ? 1 : base;
  const v4 = Math.log(v3);
  const power_by_exponent = out * v4;
  return [+power_by_exponent];
}
function square_forward(operands_0) {
  const recorded = operands_0 * operands_0;
  return [+recorded];
}
function square_local_0(out, a) {
  const value = 2 * a;
  return [+value];
}
function exp_forward(operands_0) {
  const recorded = Math.exp(operands_0);
  return [+recorded];
}
function exp_local_0(out, a) {
  return [out];
}
function log_forward(operands_0) {
  const recorded = Math.log(operands_0);
  return [+recorded];
}
function log_local_0(out, a) {
  const value = 1 / a;
  return [+value];
}
function exp2_forward(operands_0) {
  const recorded = 2 ** operands_0;
  return [+recorded];
}
function exp2_local_0(out, a) {
  const value = out * 0.6931471805599453;
  return [+value];
}
function expm1_forward(operands_0) {
  const recorded = Math.expm1(operands_0);
  return [+recorded];
}
function expm1_local_0(out, a) {
  const value = Math.exp(a);
  return [+value];
}
function log1p_forward(operands_0) {
  const recorded = Math.log1p(operands_0);
  return [+recorded];
}
function log1p_local_0(out, a) {
  const v1 = 1 + a;
  const value = 1 / v1;
  return [+value];
}
function log2_forward(operands_0) {
  const recorded = Math.log2(operands_0);
  return [+recorded];
}
function log2_local_0(out, a) {
  const v1 = a * 0.6931471805599453;
  const value = 1 / v1;
  return [+value];
}
function log10_forward(operands_0) {
  const recorded = Math.log10(operands_0);
  return [+recorded];
}
function log10_local_0(out, a) {
  const v1 = a * 2.302585092994046;
  const value = 1 / v1;
  return [+value];
}
function cbrt_forward(operands_0) {
  const recorded = Math.cbrt(operands_0);
  return [+recorded];
}
function cbrt_local_0(out, a) {
  const v1 = 3 * out;
  const v2 = v1 * out;
  const value = 1 / v2;
  return [+value];
}
function sqrt_forward(operands_0) {
  const recorded = Math.sqrt(operands_0);
  return [+recorded];
}
function sqrt_local_0(out, a) {
  const value = 0.5 / out;
  return [+value];
}
function sin_forward(operands_0) {
  const recorded = Math.sin(operands_0);
  return [+recorded];
}
function sin_local_0(out, a) {
  const value = Math.cos(a);
  return [+value];
}
function cos_forward(operands_0) {
  const recorded = Math.cos(operands_0);
  return [+recorded];
}
function cos_local_0(out, a) {
  const v1 = Math.sin(a);
  const value = -v1;
  return [+value];
}
function tan_forward(operands_0) {
  const recorded = Math.tan(operands_0);
  return [+recorded];
}
function tan_local_0(out, a) {
  const v1 = out * out;
  const value = 1 + v1;
  return [+value];
}
function arcsin_forward(operands_0) {
  const recorded = Math.asin(operands_0);
  return [+recorded];
}
function arcsin_local_0(out, a) {
  const v1 = 1 - a;
  const v2 = 1 + a;
  const v3 = v1 * v2;
  const v4 = Math.sqrt(v3);
  const value = 1 / v4;
  return [+value];
}
function arccos_forward(operands_0) {
  const recorded = Math.acos(operands_0);
  return [+recorded];
}
function arccos_local_0(out, a) {
  const v1 = 1 - a;
  const v2 = 1 + a;
  const v3 = v1 * v2;
  const v4 = Math.sqrt(v3);
  const value = (-1) / v4;
  return [+value];
}
function arctan_forward(operands_0) {
  const recorded = Math.atan(operands_0);
  return [+recorded];
}
function arctan_local_0(out, a) {
  const v1 = a * a;
  const v2 = 1 + v1;
  const value = 1 / v2;
  return [+value];
}
function sinh_forward(operands_0) {
  const recorded = Math.sinh(operands_0);
  return [+recorded];
}
function sinh_local_0(out, a) {
  const value = Math.cosh(a);
  return [+value];
}
function cosh_forward(operands_0) {
  const recorded = Math.cosh(operands_0);
  return [+recorded];
}
function cosh_local_0(out, a) {
  const value = Math.sinh(a);
  return [+value];
}
function tanh_forward(operands_0) {
  const recorded = Math.tanh(operands_0);
  return [+recorded];
}
function tanh_local_0(out, a) {
  const v1 = out * out;
  const value = 1 - v1;
  return [+value];
}
function arcsinh_forward(operands_0) {
  const recorded = Math.asinh(operands_0);
  return [+recorded];
}
function arcsinh_local_0(out, a) {
  const v1 = Math.hypot(a, 1);
  const value = 1 / v1;
  return [+value];
}
function arccosh_forward(operands_0) {
  const recorded = Math.acosh(operands_0);
  return [+recorded];
}
function arccosh_local_0(out, a) {
  const v1 = a - 1;
  const v2 = Math.sqrt(v1);
  const v3 = a + 1;
  const v4 = Math.sqrt(v3);
  const v5 = v2 * v4;
  const value = 1 / v5;
  return [+value];
}
function arctanh_forward(operands_0) {
  const recorded = Math.atanh(operands_0);
  return [+recorded];
}
function arctanh_local_0(out, a) {
  const v1 = 1 - a;
  const v2 = 1 + a;
  const v3 = v1 * v2;
  const value = 1 / v3;
  return [+value];
}
function erf_forward(operands_0) {
  const recorded = erf(operands_0);
  return [+recorded];
}
function erf_local_0(out, a) {
  const v1 = -a;
  const v2 = v1 * a;
  const v3 = Math.exp(v2);
  const value = 1.1283791670955126 * v3;
  return [+value];
}
function erfc_forward(operands_0) {
  const recorded = erfc(operands_0);
  return [+recorded];
}
function erfc_local_0(out, a) {
  const v1 = -a;
  const v2 = v1 * a;
  const v3 = Math.exp(v2);
  const value = (-1.1283791670955126) * v3;
  return [+value];
}
function xlogy_forward(operands_0, operands_1) {
  const v1 = operands_0 == 0;
  const v2 = operands_1 == operands_1;
  const v3 = v1 != 0 && v2 != 0;
  const v4 = Math.log(operands_1);
  const v5 = operands_0 * v4;
  const recorded = v3 != 0 ? 0 : v5;
  return [+recorded];
}
function xlogy_local_0(out, a, b) {
  const v1 = a == 0;
  const v2 = b <= 0;
  const v3 = v1 != 0 && v2 != 0;
  const v4 = v3 != 0 ? 1 : b;
  const value = Math.log(v4);
  return [+value];
}
function xlogy_local_1(out, a, b) {
  const value = a / b;
  return [+value];
}
function sinc_forward(operands_0) {
  const recorded = sinc(operands_0);
  return [+recorded];
}
function sinc_local_0(out, a) {
  const v1 = Math.abs(a);
  const is_near = v1 < 0.5;
  const v2 = 9.869604401089358 * a;
  const v3 = is_near != 0 ? a : 0;
  const v4 = 3.141592653589793 * v3;
  const square_of_angle = v4 * v4;
  const v5 = 0 * square_of_angle;
  const v6 = v5 + (-8.509974375387505e-22);
  const v7 = v6 * square_of_angle;
  const v8 = v7 + 3.9145882126782523e-19;
  const v9 = v8 * square_of_angle;
  const v10 = v9 + (-1.4797143443923793e-16);
  const v11 = v10 * square_of_angle;
  const v12 = v11 + 4.498331606952833e-14;
  const v13 = v12 * square_of_angle;
  const v14 = v13 + (-1.0706029224547743e-11);
  const v15 = v14 * square_of_angle;
  const v16 = v15 + 1.9270852604185937e-09;
  const v17 = v16 * square_of_angle;
  const v18 = v17 + (-2.505210838544172e-07);
  const v19 = v18 * square_of_angle;
  const v20 = v19 + 2.2045855379188714e-05;
  const v21 = v20 * square_of_angle;
  const v22 = v21 + (-0.0011904761904761906);
  const v23 = v22 * square_of_angle;
  const v24 = v23 + 0.03333333333333333;
  const v25 = v24 * square_of_angle;
  const series = v25 + (-0.3333333333333333);
  const v26 = v2 * series;
  const away = is_near != 0 ? 1 : a;
  const v27 = 3.141592653589793 * away;
  const v28 = Math.cos(v27);
  const v29 = sinc(away);
  const v30 = v28 - v29;
  const v31 = v30 / away;
  const sinc_slope = is_near != 0 ? v26 : v31;
  return [+sinc_slope];
}
function sigmoid_forward(operands_0) {
  const v1 = -operands_0;
  const v2 = Math.exp(v1);
  const v3 = 1 + v2;
  const recorded = 1 / v3;
  return [+recorded];
}
function sigmoid_local_0(out, a) {
  const v1 = 1 - out;
  const value = out * v1;
  return [+value];
}
function relu_forward(operands_0) {
  const recorded = Math.max(operands_0, 0);
  return [+recorded];
}
function relu_local_0(out, a) {
  const value = a > 0;
  return [+value];
}
function absolute_forward(operands_0) {
  const recorded = Math.abs(operands_0);
  return [+recorded];
}
function absolute_local_0(out, a) {
  const value = Math.sign(a) + 0;
  return [+value];
}
function logaddexp_forward(operands_0, operands_1) {
  const recorded = logaddexp(operands_0, operands_1);
  return [+recorded];
}
function logaddexp_local_0(out, a, b) {
  const v1 = a - b;
  const v2 = -v1;
  const v3 = Math.exp(v2);
  const v4 = 1 + v3;
  const value = 1 / v4;
  return [+value];
}
function logaddexp_local_1(out, a, b) {
  const v1 = b - a;
  const v2 = -v1;
  const v3 = Math.exp(v2);
  const v4 = 1 + v3;
  const value = 1 / v4;
  return [+value];
}
function logaddexp2_forward(operands_0, operands_1) {
  const recorded = logaddexp2(operands_0, operands_1);
  return [+recorded];
}
function logaddexp2_local_0(out, a, b) {
  const v1 = a - b;
  const v2 = v1 * 0.6931471805599453;
  const v3 = -v2;
  const v4 = Math.exp(v3);
  const v5 = 1 + v4;
  const value = 1 / v5;
  return [+value];
}
function logaddexp2_local_1(out, a, b) {
  const v1 = b - a;
  const v2 = v1 * 0.6931471805599453;
  const v3 = -v2;
  const v4 = Math.exp(v3);
  const v5 = 1 + v4;
  const value = 1 / v5;
  return [+value];
}
function hypot_forward(operands_0, operands_1) {
  const recorded = Math.hypot(operands_0, operands_1);
  return [+recorded];
}
function hypot_local_0(out, a, b) {
  const v1 = out == 0;
  const v2 = v1 != 0 ? Infinity : out;
  const value = a / v2;
  return [+value];
}
function hypot_local_1(out, a, b) {
  const v1 = out == 0;
  const v2 = v1 != 0 ? Infinity : out;
  const value = b / v2;
  return [+value];
}
function arctan2_forward(operands_0, operands_1) {
  const recorded = Math.atan2(operands_0, operands_1);
  return [+recorded];
}
function arctan2_local_0(out, y, x) {
  const v1 = Math.hypot(y, x);
  const v2 = x / v1;
  const value = v2 / v1;
  return [+value];
}
function arctan2_local_1(out, y, x) {
  const v1 = -y;
  const v2 = Math.hypot(y, x);
  const v3 = v1 / v2;
  const value = v3 / v2;
  return [+value];
}
function maximum_forward(operands_0, operands_1) {
  const recorded = Math.max(operands_0, operands_1);
  return [+recorded];
}
function maximum_local_0(out, a, b) {
  const v1 = a > b;
  const v2 = a == b;
  const v3 = 0.5 * v2;
  const value = v1 + v3;
  return [+value];
}
function maximum_local_1(out, a, b) {
  const v1 = b > a;
  const v2 = a == b;
  const v3 = 0.5 * v2;
  const value = v1 + v3;
  return [+value];
}
function minimum_forward(operands_0, operands_1) {
  const recorded = Math.min(operands_0, operands_1);
  return [+recorded];
}
function minimum_local_0(out, a, b) {
  const v1 = a < b;
  const v2 = a == b;
  const v3 = 0.5 * v2;
  const value = v1 + v3;
  return [+value];
}
function minimum_local_1(out, a, b) {
  const v1 = b < a;
  const v2 = a == b;
  const v3 = 0.5 * v2;
  const value = v1 + v3;
  return [+value];
}
function clip_forward(operands_0, operands_1, operands_2) {
  const recorded = Math.min(Math.max(operands_0, operands_1), operands_2);
  return [+recorded];
}
function clip_local_0(out, a, low, high) {
  const v1 = a >= low;
  const v2 = a <= high;
  const value = v1 != 0 && v2 != 0;
  return [+value];
}
function clip_local_1(out, a, low, high) {
  const v1 = a < low;
  const v2 = low <= high;
  const value = v1 != 0 && v2 != 0;
  return [+value];
}
function clip_local_2(out, a, low, high) {
  const v1 = a > high;
  const v2 = low > high;
  const value = v1 != 0 || v2 != 0;
  return [+value];
}
function where_forward(operands_0, operands_1, operands_2) {
  const recorded = operands_0 != 0 ? operands_1 : operands_2;
  return [+recorded];
}
function where_local_1(out, condition, a, b) {
  const value = condition != 0;
  return [+value];
}
function where_local_2(out, condition, a, b) {
  const value = condition == 0;
  return [+value];
}
export const rows = {
  greater: { forward: greater_forward, local: [null, null], gates: [false, false] },
  greater_equal: { forward: greater_equal_forward, local: [null, null], gates: [false, false] },
  less: { forward: less_forward, local: [null, null], gates: [false, false] },
  less_equal: { forward: less_equal_forward, local: [null, null], gates: [false, false] },
  equal: { forward: equal_forward, local: [null, null], gates: [false, false] },
  not_equal: { forward: not_equal_forward, local: [null, null], gates: [false, false] },
  logical_not: { forward: logical_not_forward, local: [null], gates: [false] },
  logical_and: { forward: logical_and_forward, local: [null, null], gates: [false, false] },
  logical_or: { forward: logical_or_forward, local: [null, null], gates: [false, false] },
  sign: { forward: sign_forward, local: [0], gates: [true] },
  floor: { forward: floor_forward, local: [0], gates: [true] },
  ceil: { forward: ceil_forward, local: [0], gates: [true] },
  trunc: { forward: trunc_forward, local: [0], gates: [true] },
  rint: { forward: rint_forward, local: [0], gates: [true] },
  floor_divide: { forward: floor_divide_forward, local: [0, 0], gates: [true, true] },
  heaviside: { forward: heaviside_forward, local: [0, heaviside_local_1], gates: [true, true] },
  add: { forward: add_forward, local: [1, 1], gates: [false, false] },
  subtract: { forward: subtract_forward, local: [1, -1], gates: [false, false] },
  multiply: { forward: multiply_forward, local: [multiply_local_0, multiply_local_1], gates: [false, false] },
  divide: { forward: divide_forward, local: [divide_local_0, divide_local_1], gates: [false, false] },
  positive: { forward: positive_forward, local: [1], gates: [false] },
  negative: { forward: negative_forward, local: [-1], gates: [false] },
  remainder: { forward: remainder_forward, local: [1, remainder_local_1], gates: [false, false] },
  fmod: { forward: fmod_forward, local: [1, fmod_local_1], gates: [false, false] },
  copysign: { forward: copysign_forward, local: [copysign_local_0, 0], gates: [false, true] },
  power: { forward: power_forward, local: [power_local_0, power_local_1], gates: [false, false] },
  square: { forward: square_forward, local: [square_local_0], gates: [false] },
  exp: { forward: exp_forward, local: [exp_local_0], gates: [false] },
  log: { forward: log_forward, local: [log_local_0], gates: [false] },
  exp2: { forward: exp2_forward, local: [exp2_local_0], gates: [false] },
  expm1: { forward: expm1_forward, local: [expm1_local_0], gates: [false] },
  log1p: { forward: log1p_forward, local: [log1p_local_0], gates: [false] },
  log2: { forward: log2_forward, local: [log2_local_0], gates: [false] },
  log10: { forward: log10_forward, local: [log10_local_0], gates: [false] },
  cbrt: { forward: cbrt_forward, local: [cbrt_local_0], gates: [false] },
  sqrt: { forward: sqrt_forward, local: [sqrt_local_0], gates: [false] },
  sin: { forward: sin_forward, local: [sin_local_0], gates: [false] },
  cos: { forward: cos_forward, local: [cos_local_0], gates: [false] },
  tan: { forward: tan_forward, local: [tan_local_0], gates: [false] },
  arcsin: { forward: arcsin_forward, local: [arcsin_local_0], gates: [false] },
  arccos: { forward: arccos_forward, local: [arccos_local_0], gates: [false] },
  arctan: { forward: arctan_forward, local: [arctan_local_0], gates: [false] },
  sinh: { forward: sinh_forward, local: [sinh_local_0], gates: [false] },
  cosh: { forward: cosh_forward, local: [cosh_local_0], gates: [false] },
  tanh: { forward: tanh_forward, local: [tanh_local_0], gates: [false] },
  arcsinh: { forward: arcsinh_forward, local: [arcsinh_local_0], gates: [false] },
  arccosh: { forward: arccosh_forward, local: [arccosh_local_0], gates: [false] },
  arctanh: { forward: arctanh_forward, local: [arctanh_local_0], gates: [false] },
  erf: { forward: erf_forward, local: [erf_local_0], gates: [false] },
  erfc: { forward: erfc_forward, local: [erfc_local_0], gates: [false] },
  xlogy: { forward: xlogy_forward, local: [xlogy_local_0, xlogy_local_1], gates: [false, false] },
  sinc: { forward: sinc_forward, local: [sinc_local_0], gates: [false] },
  sigmoid: { forward: sigmoid_forward, local: [sigmoid_local_0], gates: [false] },
  relu: { forward: relu_forward, local: [relu_local_0], gates: [true] },
  absolute: { forward: absolute_forward, local: [absolute_local_0], gates: [false] },
  logaddexp: { forward: logaddexp_forward, local: [logaddexp_local_0, logaddexp_local_1], gates: [false, false] },
  logaddexp2: { forward: logaddexp2_forward, local: [logaddexp2_local_0, logaddexp2_local_1], gates: [false, false] },
  hypot: { forward: hypot_forward, local: [hypot_local_0, hypot_local_1], gates: [false, false] },
  arctan2: { forward: arctan2_forward, local: [arctan2_local_0, arctan2_local_1], gates: [false, false] },
  maximum: { forward: maximum_forward, local: [maximum_local_0, maximum_local_1], gates: [false, false] },
  minimum: { forward: minimum_forward, local: [minimum_local_0, minimum_local_1], gates: [false, false] },
  clip: { forward: clip_forward, local: [clip_local_0, clip_local_1, clip_local_2], gates: [true, true, true] },
  where: { forward: where_forward, local: [null, where_local_1, where_local_2], gates: [false, true, true] },
};
