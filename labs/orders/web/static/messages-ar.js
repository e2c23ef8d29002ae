// العربية: كلمات صفحة الزبون.
export default {
  direction: "rtl",
  title: "إتمام الطلب · Casbah Electronics",
  promise: "الدفع عند الاستلام، في كل الولايات الـ58",
  language: "اللغة",
  checkout: "إتمام الطلب",
  product: "ماذا تريد؟",
  quantity: "الكمية",
  fewer: "أقل بواحد",
  more: "أكثر بواحد",
  who: "لمن هذا الطلب؟",
  name: "اسمك",
  phone: "الهاتف",
  wilaya: "الولاية",
  email: "البريد الإلكتروني (اختياري)",
  emailHint: "نكتب إليك كلما تقدّم طلبك.",
  urgent: "الطلب مستعجل",
  urgentHint: "تصل رسالة قصيرة إلى المتجر في الحال.",
  summary: "ملخص الطلب",
  unitPrice: "السعر",
  delivery: "التوصيل",
  free: "مجاني",
  total: "المجموع",
  place: "أرسل الطلب",
  placing: "جارٍ إرسال الطلب…",
  pay: "تدفع عند الاستلام. نتصل بك قبل الإرسال.",
  thanks: "شكرًا لك، {name}.",
  orderNumber: "رقم الطلب",
  stored: "{quantity} × {product}، {price}، إلى {wilaya}.",
  call: "سنتصل بك على الرقم {phone}.",
  write: "سنكتب إليك على {email}.",
  again: "طلب آخر",
  dinars: "دج",
  unreachable: "لا يمكن الوصول إلى المتجر الآن. طلبك محفوظ هنا؛ اضغط الزر لإرساله من جديد.",
  retrying: "لا يمكن الوصول إلى المتجر الآن. نحاول من جديد…",
  tooMany: "محاولات كثيرة في وقت قصير. أعد المحاولة بعد {seconds} ثانية.",
  failed: "تعذّر تسجيل الطلب. أعد المحاولة من فضلك.",
};

/** What the server says in English, in Arabic. */
export const sentences = {
  "Please give your name.": "اكتب اسمك من فضلك.",
  "Please give your name in 120 characters or fewer.": "اكتب اسمك في 120 حرفًا على الأكثر.",
  "Please give your name in plain text, without control characters.": "اكتب اسمك نصًّا عاديًّا، بلا محارف تحكّم.",
  "The quantity must be a whole number from 1 to 100.": "الكمية عدد صحيح من 1 إلى 100.",
  "Choose one of Algeria's 58 wilayas, by name or by number.": "اختر إحدى ولايات الجزائر الـ58.",
  "Give a phone number that we can call, such as 0555 12 34 56 or +213 555 123 456.":
    "اكتب رقم هاتف يمكننا الاتصال به، مثل \u20660555\u00a012\u00a034\u00a056\u2069 أو \u2066+213\u00a0555\u00a0123\u00a0456\u2069.",
  "Give an e-mail address such as ahmed@example.com, or leave it empty.":
    "اكتب عنوانًا مثل \u2066ahmed@example.com\u2069، أو اترك الحقل فارغًا.",
  "Please correct the order.": "صحّح الطلب من فضلك.",
};

/** For sentences that are not in the list: one for each field. */
export const fields = {
  customerName: "تحقّق من اسمك.",
  productName: "تحقّق من المنتج.",
  totalPrice: "السعر غير صالح.",
  quantity: "الكمية عدد صحيح من 1 إلى 100.",
  wilaya: "اختر ولايتك.",
  phone: "تحقّق من رقم الهاتف.",
  email: "تحقّق من عنوان البريد، أو اتركه فارغًا.",
  urgent: "قل فقط إن كان الطلب مستعجلًا أم لا.",
};
