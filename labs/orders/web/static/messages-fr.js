// Français : les mots de la page du client.
export default {
  direction: "ltr",
  title: "Commande · Casbah Electronics",
  promise: "Paiement à la livraison, dans les 58 wilayas",
  language: "Langue",
  checkout: "Votre commande",
  product: "Que désirez-vous ?",
  quantity: "Quantité",
  fewer: "Un de moins",
  more: "Un de plus",
  who: "Pour qui ?",
  name: "Votre nom",
  phone: "Téléphone",
  wilaya: "Wilaya",
  email: "E-mail (facultatif)",
  emailHint: "Nous vous écrivons à chaque étape de la commande.",
  urgent: "C’est urgent",
  urgentHint: "Quelqu’un du magasin reçoit aussitôt un SMS.",
  summary: "Récapitulatif",
  unitPrice: "Prix",
  delivery: "Livraison",
  free: "Offerte",
  total: "Total",
  place: "Passer la commande",
  placing: "Envoi de la commande…",
  pay: "Vous payez à la livraison. Nous vous appelons avant l’envoi.",
  thanks: "Merci, {name}.",
  orderNumber: "Commande numéro",
  stored: "{quantity} × {product}, {price}, pour {wilaya}.",
  call: "Nous appellerons le {phone}.",
  write: "Nous écrirons à {email}.",
  again: "Passer une autre commande",
  dinars: "DA",
  unreachable: "Le magasin est injoignable pour le moment. Votre commande est gardée ici ; appuyez sur le bouton pour la renvoyer.",
  retrying: "Le magasin est injoignable pour le moment. Nouvel essai…",
  tooMany: "C’était beaucoup en peu de temps. Réessayez dans {seconds} secondes.",
  failed: "La commande n’a pas pu être prise. Veuillez réessayer.",
};

/** What the server says in English, in French. */
export const sentences = {
  "Please give your name.": "Indiquez votre nom.",
  "Please give your name in 120 characters or fewer.": "Indiquez votre nom en 120 caractères au plus.",
  "Please give your name in plain text, without control characters.": "Indiquez votre nom en texte simple, sans caractères de contrôle.",
  "The quantity must be a whole number from 1 to 100.": "La quantité est un nombre entier de 1 à 100.",
  "Choose one of Algeria's 58 wilayas, by name or by number.": "Choisissez l’une des 58 wilayas d’Algérie.",
  "Give a phone number that we can call, such as 0555 12 34 56 or +213 555 123 456.":
    "Donnez un numéro que nous pouvons appeler, comme 0555 12 34 56 ou +213 555 123 456.",
  "Give an e-mail address such as ahmed@example.com, or leave it empty.":
    "Donnez une adresse comme ahmed@example.com, ou laissez ce champ vide.",
  "Please correct the order.": "Veuillez corriger la commande.",
};

/** For sentences that are not in the list: one for each field. */
export const fields = {
  customerName: "Vérifiez votre nom.",
  productName: "Vérifiez le produit.",
  totalPrice: "Le prix n’est pas valable.",
  quantity: "La quantité est un nombre entier de 1 à 100.",
  wilaya: "Choisissez votre wilaya.",
  phone: "Vérifiez le numéro de téléphone.",
  email: "Vérifiez l’adresse e-mail, ou laissez-la vide.",
  urgent: "Dites simplement si c’est urgent ou non.",
};
